/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/config.h"
#include "http/route.h"

/* From a raw path to a route.  A router never changes once made. */

struct router;

enum { ROUTER_SEGMENTS_MAX = 16, ROUTER_PARAMS_MAX = 4, HTTP_METHOD_COUNT = HTTP_DELETE + 1 };

/* A method that no route has. */
enum { METHOD_OTHER = -1 };

struct router_param {
	const char *name;
	const char *value; /* in the path that was given to router_match() */
};

struct router_match {
	const struct route *route; /* NULL: none has this path and this method */
	unsigned methods;	   /* 1 << enum http_method of the routes with this path */
	unsigned planes;	   /* of the routes with this path */
	unsigned param_count;
	struct router_param params[ROUTER_PARAMS_MAX];
};

/*
 * -E_CONFIG when one of `paths` cannot be a route.  %MACD, %MACC and %DVID in
 * them become {mac} and two segments {dvid}, {dvid_part}; the query is cut off.
 */
int router_new(void *mem, const struct route *routes, size_t count,
	       const struct config_words *paths, request_handler *phone_handler,
	       struct router **ret, struct diag *reterr) MUST_CHECK;

/*
 * `path` is the raw path; it is cut and decoded in place and must live as long
 * as the match.  Only routes with one of `planes` are looked at.
 */
void router_match(const struct router *router, unsigned planes, int method, char *path,
		  struct router_match *ret);

/*
 * The same, and what becomes of it: 0, or -E_NO_ROUTE, or -E_METHOD_NOT_ALLOWED,
 * which is not for phones to know.  `ret_plane` says whose kind of answer it gets.
 */
int router_decide(const struct router *router, unsigned planes, int method, char *path,
		  struct router_match *ret, enum plane *ret_plane);

/* A parameter's value; NULL when the route has none of that name. */
const char *router_param(const struct router_match *match, const char *name);
