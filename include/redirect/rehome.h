/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct config_words;

/*
 * URLs that move to another server.
 *
 * A base is a URL's beginning: scheme, perhaps user:password@, host, perhaps a
 * port and a part of the path.  A URL is below it when all of these are the
 * same: scheme and host in either case, the scheme's own port told or not, the
 * path by whole segments.  So http://a.example is the base of neither
 * http://a.example.org/x nor http://a.example:8080/x, and /xml not of /xmlrpc.
 */

struct url_base {
	const char *url;    /* as given */
	const char *scheme; /* "http" */
	size_t scheme_len;
	const char *user; /* "user:password"; NULL: none told */
	size_t user_len;
	const char *host; /* an IPv6 address with its brackets */
	size_t host_len;
	const char *port; /* NULL: none told */
	size_t port_len;
	const char *path; /* without a slash at its end, but for `is_folder` */
	size_t path_len;
	bool is_folder; /* a slash stood at its end: only what is below it counts */
};

/* -E_URL_*, -E_TEXT_*; -E_VALUE for one with a query or a fragment. */
int url_base_parse(const char *url, const struct config_words *schemes, struct url_base *ret,
		   struct diag *reterr) MUST_CHECK;

/*
 * 1 and the URL with `to` in place of `from`, 0 when it is not below `from`.
 * What credentials the URL has it keeps, unless `to` has its own; where `from`
 * has some, they must be the URL's.  Whether the result is a good URL is not
 * looked at.
 */
int url_rehome(void *mem, const struct url_base *from, const struct url_base *to, const char *text,
	       char **ret) MUST_CHECK;
