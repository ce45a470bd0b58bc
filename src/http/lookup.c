/* SPDX-License-Identifier: MIT */
#include "http/lookup.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "exchange.h"

struct inside {
	struct router_match match;
	const char *query;
};

/* 0: none told, and none known for the scheme. */
static unsigned port_of(const char *url)
{
	const char *authority = strstr(url, "://");
	const char *end, *colon;

	if (!authority || *url == '/')
		return 0;
	authority += 3;
	end = authority + strcspn(authority, "/?#");
	colon = memrchr(authority, ':', (size_t)(end - authority));
	if (colon && !memchr(colon, ']', (size_t)(end - colon)) &&
	    !memchr(colon, '@', (size_t)(end - colon)))
		return (unsigned)strtoul(colon + 1, NULL, 10);
	return strncasecmp(url, "https:", 6) == 0 ? 443 : 80;
}

static const struct listener *listener_of(const struct http *http, const char *url)
{
	const struct listener *first = NULL;
	unsigned port = port_of(url);

	for (size_t i = 0; i < http->listener_count; i++) {
		const struct listener *listener = &http->listeners[i];

		if (listener->is_control)
			continue;
		if (port && listener->port == port)
			return listener;
		if (!first && listener->planes & PLANE_PHONES)
			first = listener;
	}
	return first;
}

void http_lookup(struct request *req, const char *url, struct lookup *ret)
{
	const struct listener *listener = listener_of(req->http, url);
	struct inside *inside = mem_new(req, struct inside);
	const char *target = request_skip_authority(url);
	size_t len = strcspn(target, "#");
	size_t path_len = strcspn(target, "?#");
	char *path = mem_strndup(req, target, path_len);

	*ret = (struct lookup){.target = mem_strndup(req, target, len), .inside = inside};
	if (path_len < len)
		inside->query = ret->target + path_len + 1;
	if (listener) {
		ret->listener = listener->name;
		ret->planes = listener->planes;
		ret->is_tls = listener->is_tls;
	}
	ret->refusal = router_decide(req->http->router, ret->planes, HTTP_GET, path, &inside->match,
				     &ret->plane);
	ret->route = inside->match.route;
	if (!listener)
		ret->plane = PLANE_PHONES;
}

const char *lookup_param(const struct lookup *lookup, const char *name)
{
	return router_param(&((const struct inside *)lookup->inside)->match, name);
}

const char *lookup_query(const struct lookup *lookup, const char *name)
{
	const struct inside *inside = lookup->inside;

	return request_query_find(lookup->inside, inside->query, name);
}

int lookup_status(const struct lookup *lookup, int r)
{
	return reply_status_of(lookup->plane, r);
}
