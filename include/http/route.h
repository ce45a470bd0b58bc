/* SPDX-License-Identifier: MIT */
#pragma once

#include "config/config.h"

/*
 * Routes: what may be asked for.
 *
 * routes.def is the one list; main makes the array of it, since the handlers
 * live above this module.  A path is split at `/`; a segment of a pattern is
 * literal text around at most one {name}.  Segments of a request are decoded
 * once; a NUL, an encoded slash, `.` or bad UTF-8 match no route, and `..` only
 * one that has it written.
 * A more literal pattern wins over a less literal one, whatever their order.
 */

struct request;

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE };

enum route_auth {
	ROUTE_AUTH_NONE,
	ROUTE_AUTH_DEVICE,  /* the handler authenticates the phone */
	ROUTE_AUTH_ACCOUNT, /* any account */
	ROUTE_AUTH_VIEWER,  /* an account that sees the whole fleet: viewer or admin */
	ROUTE_AUTH_ADMIN,
};

enum route_how {
	ROUTE_INLINE, /* on the connection's thread; must not block */
	ROUTE_WORKER, /* suspended, on a worker */
	ROUTE_IMPORT, /* as WORKER, with a body of up to max_import */
};

/*
 * 0: the reply has been set.  REQUEST_LATER: request_finish() will be called.
 * Negative: an error, which becomes the plane's error reply.
 */
enum { REQUEST_LATER = 1 };
typedef int request_handler(struct request *req);

struct route {
	enum http_method method;
	const char *path;
	unsigned planes; /* enum plane; the control socket has all that api has */
	enum route_auth auth;
	enum route_how how;
	request_handler *handler;
	const char *name; /* of the handler, for logs */
	const char *what; /* for people */
};
