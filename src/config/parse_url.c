/* SPDX-License-Identifier: MIT */
/*
 * URLs with placeholders in them.  What is checked is what would break a
 * header or a file for phones; whether there is such a host is not asked.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "parse.h"

enum { DATA_URL_LEN = 200, CHAIN_URL_LEN = 74, CODE_LEN = 3 };

static int wrong(struct diag *reterr, const char *value, const char *what)
{
	char quoted[QUOTE_MAX];

	return diag_set(reterr, -E_VALUE, "%s %s", config_quote(quoted, value), what);
}

static size_t scheme_len(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0)
		return 7;
	return strncasecmp(url, "https://", 8) == 0 ? 8 : 0;
}

static int characters_check(const char *url, const char *refused, struct diag *reterr)
{
	for (const char *s = url; *s; s++)
		if (!isgraph((unsigned char)*s) || strchr(refused, *s))
			return wrong(reterr, url, "holds a character that does not belong there");
	return 0;
}

int parse_data_url(const struct config_origin *origin, const char *value, void *field,
		   struct diag *reterr)
{
	const char *rest = value + scheme_len(value);
	int r = characters_check(value, "\"<>\\^`{|}%?#@", reterr);

	if (r < 0)
		return r;
	if (strlen(value) > DATA_URL_LEN)
		return wrong(reterr, value, "is too long");
	if (*value && (strstr(rest, "://") || strcspn(rest, "/:") == 0))
		return wrong(reterr, value, "names no host");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

int parse_chain_url(const struct config_origin *origin, const char *value, void *field,
		    struct diag *reterr)
{
	int r = characters_check(value, "\"<>\\^`{|}", reterr);

	if (r < 0)
		return r;
	if (strlen(value) > CHAIN_URL_LEN)
		return wrong(reterr, value, "is longer than these phones take");
	if (scheme_len(value) == 0 || strcspn(value + scheme_len(value), "/?#") == 0)
		return wrong(reterr, value, "is not a URL");
	/* The file in which it stands is given to everybody. */
	if (strchr(value, '@'))
		return wrong(reterr, value, "holds a password");
	if (!strstr(value, "%MACD") && !strstr(value, "%MACC"))
		return wrong(reterr, value, "is the same for all phones");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}

int parse_chain_code(const struct config_origin *origin, const char *value, void *field,
		     struct diag *reterr)
{
	if (*value && (strlen(value) != CODE_LEN || strspn(value, "0123456789") != CODE_LEN))
		return wrong(reterr, value, "is not three digits");
	*(const char **)field = mem_strdup(origin->mem, value);
	return 0;
}
