/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"

enum { NAME_LEN = 64, NAMES_MAX = 64 };

static const char rpc_path[] = "/apxml/rpc.do";

static int wrong(struct diag *reterr, const char *value, const char *what)
{
	char quoted[QUOTE_MAX];

	return diag_set(reterr, -E_VALUE, "%s %s", config_quote(quoted, value), what);
}

/* True when the URL has the part. */
static bool has(CURLU *url, CURLUPart part)
{
	char *text = NULL;
	bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK && *text;

	curl_free(text);
	return found;
}

static int url_look(CURLU *url, const char *value, struct diag *reterr)
{
	CURLUcode code = curl_url_set(url, CURLUPART_URL, value, 0);

	if (code != CURLUE_OK)
		return wrong(reterr, value, curl_url_strerror(code));
	if (!has(url, CURLUPART_HOST))
		return wrong(reterr, value, "names no host");
	if (has(url, CURLUPART_USER) || has(url, CURLUPART_PASSWORD))
		return wrong(reterr, "the URL",
			     "holds a user or a password, which have keys of their own");
	if (has(url, CURLUPART_QUERY) || has(url, CURLUPART_FRAGMENT))
		return wrong(reterr, value, "has more than a path behind its host");
	return 0;
}

int parse_rpc_url(const struct config_origin *origin, const char *value, void *field,
		  struct diag *reterr)
{
	const char *host = strstr(value, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	CURLU *url;
	int r;

	if (strncasecmp(value, "http://", 7) != 0 && strncasecmp(value, "https://", 8) != 0)
		return wrong(reterr, value, "does not begin with http:// or https://");
	for (const char *s = value; *s; s++)
		if (!isgraph((unsigned char)*s))
			return wrong(reterr, value, "holds a character that URLs do not have");
	url = curl_url();
	r = url_look(url, value, reterr);
	curl_url_cleanup(url);
	if (r < 0)
		return r;
	if (path && path[1])
		*(const char **)field = mem_strdup(origin->mem, value);
	else
		*(const char **)field = mem_printf(
			origin->mem, "%.*s%s", (int)(path ? (size_t)(path - value) : strlen(value)),
			value, rpc_path);
	return 0;
}

static int name_check(const char *name, struct diag *reterr)
{
	int r = text_check_line(name, (size_t)NAME_LEN * 4);

	if (r < 0)
		return wrong(reterr, name, error_text(r));
	if (strchr(name, ','))
		return wrong(reterr, name, "holds a comma");
	return 0;
}

int parse_name(const struct config_origin *origin, const char *value, void *field,
	       struct diag *reterr)
{
	int r = *value ? name_check(value, reterr) : 0;

	if (r == 0)
		*(const char **)field = mem_strdup(origin->mem, value);
	return r;
}

/* Cuts the next name out, without the blanks around it; NULL at the end. */
static char *name_next(char **rest)
{
	char *name = strsep(rest, ",");
	size_t len;

	if (!name)
		return NULL;
	name += strspn(name, " ");
	len = strlen(name);
	while (len > 0 && name[len - 1] == ' ')
		name[--len] = '\0';
	return name;
}

int parse_names(const struct config_origin *origin, const char *value, void *field,
		struct diag *reterr)
{
	struct config_words *names = field;
	char *rest = *value ? mem_strdup(origin->mem, value) : NULL;
	struct config_words found = {0};

	for (char *name; (name = name_next(&rest));) {
		int r = name_check(name, reterr);

		if (r < 0)
			return r;
		if (found.count == NAMES_MAX)
			return diag_set(reterr, -E_VALUE, "more than %d names", NAMES_MAX);
		for (size_t i = 0; i < found.count; i++)
			if (strcmp(found.words[i], name) == 0)
				return wrong(reterr, name, "is there twice");
		*mem_push(origin->mem, &found.words, &found.count) = name;
	}
	*names = found;
	return 0;
}
