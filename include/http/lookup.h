/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "http/route.h"

struct http;
struct request;

/*
 * What would become of a GET of a URL: the same router, and the same decision,
 * that a request meets; but nobody asks, and nothing is answered.
 */
struct lookup {
	const char *listener; /* its name; NULL: none serves phones, and none has the URL's port */
	unsigned planes;      /* that the listener serves */
	bool is_tls;
	enum plane plane;	   /* whose kind of answer it gets */
	const struct route *route; /* NULL: none */
	int refusal;		   /* 0, -E_NO_ROUTE or -E_METHOD_NOT_ALLOWED */
	const char *target;	   /* path and query, as a request has them */
	void *inside;
};

/*
 * `url` is a URL, or a path with its query.  A URL's port says which listener
 * it is for; a path, and a port that no listener has (a proxy may stand before
 * it), is for the first that serves phones.  Asked on behalf of `req`, whose
 * memory it takes.
 */
void http_lookup(struct request *req, const char *url, struct lookup *ret);

/* As request_param() and request_query(). */
const char *lookup_param(const struct lookup *lookup, const char *name);
const char *lookup_query(const struct lookup *lookup, const char *name);

/* The status of an error's answer there. */
int lookup_status(const struct lookup *lookup, int r);
