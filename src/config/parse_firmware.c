/* SPDX-License-Identifier: MIT */
/* Where firmware lies, where it may come from, and what links to it begin with. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "parse.h"

enum { PUBLIC_URL_LEN = 200, HOST_LEN = 253, HOSTS_MAX = 64 };

static const char private_mark[] = "private:";

static int wrong(struct diag *reterr, const char *value, const char *what)
{
	char quoted[QUOTE_MAX];

	return diag_set(reterr, -E_VALUE, "%s %s", config_quote(quoted, value), what);
}

int parse_directory(const struct config_origin *origin, const char *value, void *field,
		    struct diag *reterr)
{
	if (*value)
		return parse_path(origin, value, field, reterr);
	*(const char **)field = mem_strdup(origin->mem, "");
	return 0;
}

const char *config_firmware_dir(void *mem, const struct config *config)
{
	if (*config->daemon.firmware_dir)
		return mem_strdup(mem, config->daemon.firmware_dir);
	return mem_printf(mem, "%s/firmware", config->daemon.state_dir);
}

const char *config_backup_dir(void *mem, const struct config *config)
{
	if (*config->daemon.backup_dir)
		return mem_strdup(mem, config->daemon.backup_dir);
	return mem_printf(mem, "%s/backup", config->daemon.state_dir);
}

static bool placeholders_are_known(const char *s)
{
	static const char *const known[] = {"%MACD", "%MACC", "%DVID", "%DURL"};

	for (s = strchr(s, '%'); s; s = strchr(s + 1, '%')) {
		size_t i = 0;

		while (i < COUNT_OF(known) && strncmp(s, known[i], strlen(known[i])) != 0)
			i++;
		if (i == COUNT_OF(known))
			return false;
	}
	return true;
}

int parse_public_url(const struct config_origin *origin, const char *value, void *field,
		     struct diag *reterr)
{
	const char *host = strncasecmp(value, "http://", 7) == 0    ? value + 7
			   : strncasecmp(value, "https://", 8) == 0 ? value + 8
								    : NULL;

	if (*value && !host)
		return wrong(reterr, value, "does not begin with http:// or https://");
	if (*value && strcspn(host, "/:") == 0)
		return wrong(reterr, value, "names no host");
	if (strlen(value) > PUBLIC_URL_LEN)
		return wrong(reterr, value, "is too long");
	if (strchr(value, '@'))
		return wrong(reterr, value, "holds a user or a password");
	for (const char *s = value; *s; s++)
		if (!isgraph((unsigned char)*s) || strchr("\"<>\\^`{|}?#", *s))
			return wrong(reterr, value, "holds a character that does not belong there");
	if (!placeholders_are_known(value))
		return wrong(reterr, value, "holds another placeholder");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

/* NAME, NAME:PORT, [ADDRESS], [ADDRESS]:PORT. */
static bool is_host(const char *s)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.-_";
	size_t len = *s == '[' ? strspn(s + 1, "0123456789abcdefABCDEF:.") + 2 : strspn(s, name);
	uint64_t port;

	if (len == 0 || len > HOST_LEN || strlen(s) < len || (*s == '[' && s[len - 1] != ']'))
		return false;
	if (!s[len])
		return true;
	return s[len] == ':' && text_to_uint(s + len + 1, 65535, &port) && port > 0;
}

int parse_mirror_hosts(const struct config_origin *origin, const char *value, void *field,
		       struct diag *reterr)
{
	struct config_words *hosts = field;
	char *save = NULL;

	hosts->words = mem_array(origin->mem, const char *, HOSTS_MAX);
	hosts->count = 0;
	for (char *s = mem_strdup(origin->mem, value); (s = strtok_r(s, " ", &save)); s = NULL) {
		size_t mark = strncmp(s, private_mark, strlen(private_mark)) == 0
				      ? strlen(private_mark)
				      : 0;

		if (!is_host(s + mark))
			return wrong(reterr, s, "is not a host");
		if (hosts->count == HOSTS_MAX)
			return diag_set(reterr, -E_VALUE, "more than %d hosts", HOSTS_MAX);
		hosts->words[hosts->count++] = s;
	}
	return 0;
}
