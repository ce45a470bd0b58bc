/* SPDX-License-Identifier: MIT */
#include "redirect/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"

static const char *const placeholders[] = {"MACD", "MACC", "DVID", "DURL", "ACTC", "SUBLIST", "%"};

/* Length of the placeholder behind a percent sign, 0 when there is none. */
static size_t placeholder_len(const char *s)
{
	for (size_t i = 0; i < COUNT_OF(placeholders); i++) {
		size_t len = strlen(placeholders[i]);

		if (strncmp(s, placeholders[i], len) == 0)
			return len;
	}
	return 0;
}

/* Copies the URL with a plain word in place of each placeholder. */
static int replace_placeholders(const char *url, char out[URL_MAX + 1], struct diag *reterr)
{
	size_t n = 0;

	while (*url) {
		size_t len;

		if (*url != '%') {
			out[n++] = *url++;
			continue;
		}
		len = placeholder_len(url + 1);
		if (len > 0) {
			out[n++] = 'x';
			url += 1 + len;
		} else if (hex_digit(url[1]) >= 0 && hex_digit(url[2]) >= 0) {
			memcpy(out + n, url, 3);
			n += 3;
			url += 3;
		} else {
			return diag_set(reterr, -E_URL_PLACEHOLDER,
					"%%%.8s is neither a placeholder nor percent-encoding",
					url + 1);
		}
	}
	out[n] = '\0';
	return 0;
}

static int parse(const char *url, struct diag *reterr)
{
	CURLU *parsed = curl_url();
	char *host = NULL;
	CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
	int r = 0;

	if (code == CURLUE_OK)
		code = curl_url_get(parsed, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_NO_HOST)
		r = -E_URL_HOST;
	else if (code != CURLUE_OK)
		r = diag_set(reterr, -E_VALUE, "not a URL: %s", curl_url_strerror(code));
	else if (!*host)
		r = -E_URL_HOST;
	curl_free(host);
	curl_url_cleanup(parsed);
	return r;
}

static bool scheme_is(const char *url, const char *scheme)
{
	size_t len = strlen(scheme);

	return strncasecmp(url, scheme, len) == 0 && strncmp(url + len, "://", 3) == 0;
}

bool url_scheme_is(const char *url, const struct config_words *schemes)
{
	if (!schemes)
		return scheme_is(url, "http") || scheme_is(url, "https");
	for (size_t i = 0; i < schemes->count; i++)
		if (scheme_is(url, schemes->words[i]))
			return true;
	return false;
}

int url_check(const char *url, const struct config_words *schemes, struct diag *reterr)
{
	char plain[URL_MAX + 1];
	int r = text_check_line(url, URL_MAX);

	if (r < 0)
		return r;
	for (const char *s = url; *s; s++)
		if (!isgraph((unsigned char)*s) || strchr("\"<>\\^`{|}", *s))
			return diag_set(
				reterr, -E_URL_CHARACTER,
				"character %zu does not belong into a URL; percent-encode it",
				(size_t)(s - url) + 1);
	if (!url_scheme_is(url, schemes))
		return -E_URL_SCHEME;
	/* The parser would pass over further slashes and take the path for a host. */
	if (strstr(url, "://")[3] == '/')
		return -E_URL_HOST;
	r = replace_placeholders(url, plain, reterr);
	return r < 0 ? r : parse(plain, reterr);
}

bool url_is_per_device(const char *url)
{
	return strstr(url, "%MACD") || strstr(url, "%MACC") || strstr(url, "%25MACD") ||
	       strstr(url, "%25MACC");
}

/* Where the authority begins, behind "://", and the @ in it; NULL and NULL where there is none. */
static const char *authority_of(const char *url, const char **ret_at)
{
	const char *slashes = strstr(url, "://");

	*ret_at = NULL;
	if (!slashes)
		return NULL;
	*ret_at = memrchr(slashes + 3, '@', strcspn(slashes + 3, "/?#"));
	return slashes + 3;
}

char *url_redact(void *mem, const char *url)
{
	const char *at;
	const char *authority = authority_of(url, &at);
	const char *colon = at ? memchr(authority, ':', (size_t)(at - authority)) : NULL;

	if (!colon)
		return mem_strdup(mem, url);
	return mem_printf(mem, "%.*s********%s", (int)(colon + 1 - url), url, at);
}

char *url_redact_query(void *mem, const char *url)
{
	const char *at;
	const char *authority = authority_of(url, &at);
	const char *begin = at ? at : authority;
	size_t len;

	if (!authority)
		return mem_strdup(mem, url);
	len = strcspn(begin, "?");
	return mem_printf(mem, "%.*s%s%.*s%s", (int)(authority - url), url, at ? "********" : "",
			  (int)len, begin, begin[len] ? "?********" : "");
}
