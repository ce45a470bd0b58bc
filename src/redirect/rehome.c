/* SPDX-License-Identifier: MIT */
#include "redirect/rehome.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "redirect/url.h"

/* Cuts a URL into its parts; false when it has no scheme.  The rest is behind `path`. */
static bool split(const char *url, struct url_base *ret)
{
	const char *start = strstr(url, "://");
	const char *end, *at, *colon, *bracket;

	*ret = (struct url_base){.url = url};
	if (!start)
		return false;
	ret->scheme = url;
	ret->scheme_len = (size_t)(start - url);
	start += 3;
	end = start + strcspn(start, "/?#");
	at = memrchr(start, '@', (size_t)(end - start));
	if (at) {
		ret->user = start;
		ret->user_len = (size_t)(at - start);
		start = at + 1;
	}
	bracket = memrchr(start, ']', (size_t)(end - start));
	colon = memrchr(start, ':', (size_t)(end - start));
	if (colon && (!bracket || colon > bracket)) {
		ret->port = colon + 1;
		ret->port_len = (size_t)(end - ret->port);
	} else {
		colon = end;
	}
	ret->host = start;
	ret->host_len = (size_t)(colon - start);
	ret->path = end;
	ret->path_len = strcspn(end, "?#");
	return true;
}

int url_base_parse(const char *url, const struct config_words *schemes, struct url_base *ret,
		   struct diag *reterr)
{
	int r = url_check(url, schemes, reterr);

	if (r < 0)
		return r;
	if (!split(url, ret))
		return -E_URL_SCHEME;
	if (ret->path[ret->path_len])
		return diag_set(reterr, -E_VALUE,
				"the beginning of a URL has no query and no fragment");
	ret->is_folder = ret->path_len > 1 && ret->path[ret->path_len - 1] == '/';
	while (ret->path_len > 0 && ret->path[ret->path_len - 1] == '/')
		ret->path_len--;
	return 0;
}

static bool is_word(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

/* The port that is meant; "" where the scheme is not known and none is told. */
static void port_of(const struct url_base *url, const char **ret, size_t *ret_len)
{
	static const struct {
		const char *scheme;
		const char *port;
	} defaults[] = {{"http", "80"}, {"https", "443"}, {"ftp", "21"}, {"tftp", "69"}};

	*ret = url->port ? url->port : "";
	*ret_len = url->port_len;
	while (*ret_len > 1 && **ret == '0') {
		*ret += 1;
		*ret_len -= 1;
	}
	for (size_t i = 0; i < COUNT_OF(defaults) && *ret_len == 0; i++)
		if (is_word(url->scheme, url->scheme_len, defaults[i].scheme,
			    strlen(defaults[i].scheme))) {
			*ret = defaults[i].port;
			*ret_len = strlen(*ret);
		}
}

static bool is_port(const struct url_base *a, const struct url_base *b)
{
	const char *a_port, *b_port;
	size_t a_len, b_len;

	port_of(a, &a_port, &a_len);
	port_of(b, &b_port, &b_len);
	return is_word(a_port, a_len, b_port, b_len);
}

static bool is_below(const struct url_base *from, const struct url_base *url)
{
	const char *rest = url->path + from->path_len;

	if (!is_word(from->scheme, from->scheme_len, url->scheme, url->scheme_len) ||
	    !is_word(from->host, from->host_len, url->host, url->host_len) || !is_port(from, url))
		return false;
	if (from->user && (!url->user || from->user_len != url->user_len ||
			   memcmp(from->user, url->user, from->user_len) != 0))
		return false;
	if (url->path_len < from->path_len || memcmp(url->path, from->path, from->path_len) != 0)
		return false;
	return *rest == '/' || (!from->is_folder && (!*rest || *rest == '?' || *rest == '#'));
}

int url_rehome(void *mem, const struct url_base *from, const struct url_base *to, const char *text,
	       char **ret)
{
	const struct url_base *user;
	struct url_base url;
	const char *rest;

	if (!split(text, &url) || !is_below(from, &url))
		return 0;
	user = to->user ? to : &url;
	rest = url.path + from->path_len;
	/* A base that was given as a folder stays one when nothing is behind it. */
	if (!*rest && to->is_folder)
		rest = "/";
	*ret = mem_printf(mem, "%.*s://%.*s%s%.*s%s%.*s%.*s%s", (int)to->scheme_len, to->scheme,
			  user->user ? (int)user->user_len : 0, user->user ? user->user : "",
			  user->user ? "@" : "", (int)to->host_len, to->host, to->port ? ":" : "",
			  to->port ? (int)to->port_len : 0, to->port ? to->port : "",
			  (int)to->path_len, to->path, rest);
	return 1;
}
