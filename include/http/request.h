/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/net.h"
#include "config/config.h"
#include "http/route.h"

/*
 * One request, from its first line to its last byte.
 *
 * A handler runs on the connection's thread (INLINE) or on a worker (WORKER).
 * It sets a reply (reply.h) and returns 0, or returns REQUEST_LATER and sees to
 * it that request_finish() is called once, from any thread.  Between the two a
 * request belongs to whoever works on it; after request_finish() to nobody.
 *
 * A request that passes its deadline is answered with 503 meanwhile; the
 * request itself stays valid until request_finish(), whose reply is dropped.
 */

struct request;
struct principal;

/* Memory that lives as long as the request. */
void *request_mem(struct request *req);

/* "3f9c2a-17": in the log, and in error replies. */
const char *request_id(const struct request *req);

/* The configuration in force when the request came. */
const struct config *request_config(const struct request *req);

/* NULL when there is none for it; handlers always have one. */
const struct route *request_route(const struct request *req);
enum plane request_plane(const struct request *req);

/* GET or HEAD is one method to a handler; the body of a HEAD is never sent. */
enum http_method request_method(const struct request *req);

/* The method as the client wrote it ("HEAD"): what Digest hashes. */
const char *request_method_name(const struct request *req);

/* The path as it came, before any decoding; the same with the query.  Without scheme and host. */
const char *request_path(const struct request *req);
const char *request_target(const struct request *req);

/* {name} of the route, decoded.  Never NULL for a name that the route has. */
const char *request_param(const struct request *req, const char *name);

/* From the query, decoded; NULL when it is not there or is not text. */
const char *request_query(const struct request *req, const char *name);

/* NULL when it is not there.  Any case.  On one thread at a time, as everything here. */
const char *request_header(const struct request *req, const char *name);

/*
 * The bytes of the Cookie header, all of them if there are several, with "; "
 * between; NULL when there is none.  Not what a library makes of them: desk
 * phones send a Set-Cookie header's attributes back as if they were cookies.
 */
const char *request_cookies(const struct request *req);

/* The whole body, followed by a NUL that `ret_len` does not count.  "" when there is none. */
const char *request_body(const struct request *req, size_t *ret_len);

/* Who is at the other end, behind trusted proxies. */
const struct net_address *request_address(const struct request *req);
bool request_is_tls(const struct request *req);

/* The port of ours that it came to, whatever its Host says; 0: none (a UNIX socket). */
unsigned request_port(const struct request *req);

/* Tells this TCP connection from all others that there ever are; never 0, and never used again. */
uint64_t request_connection(const struct request *req);

enum { CLIENT_CERT_DIGEST_LEN = 32, CLIENT_CERT_SUBJECT_MAX = 256 };

struct client_cert {
	char fingerprint[2 * CLIENT_CERT_DIGEST_LEN + 1]; /* SHA-256 of it, hex in lower case */
	char subject[CLIENT_CERT_SUBJECT_MAX];		  /* as RFC 4514 has it; "" if too long */
	int64_t expires_at;				  /* UTC seconds */
};

/* Whether the listener asks its clients for certificates at all (tls_client_ca). */
bool request_asks_client_cert(const struct request *req);

/*
 * The one that the client has, if the listener's tls_client_ca vouches for it
 * and it is neither too old nor too new; else NULL.
 */
const struct client_cert *request_client_cert(const struct request *req);

/* Over TLS, on loopback, or where the listener says basic_without_tls. */
bool request_takes_basic(const struct request *req);

/* The account that asks; NULL on routes without one, but always there on the control socket. */
const struct principal *request_principal(const struct request *req);

/* Why it was refused, for the log: a row of errors.def.  The wire does not tell. */
void request_set_reason(struct request *req, int reason);

/*
 * An INLINE handler that will return REQUEST_LATER calls this before it gives
 * the request to another thread: the connection is suspended and what
 * libmicrohttpd holds of the request is copied.  Nothing on a worker.
 * -E_STOPPING when nothing may be started any more.
 */
int request_detach(struct request *req) MUST_CHECK;

/*
 * Goes on with `handler` on a worker: from a handler (which then returns what
 * this returns), or from whoever would call request_finish() (who calls it
 * with what this returns, if that is negative).  REQUEST_LATER, -E_BUSY or
 * -E_STOPPING.
 */
int request_defer(struct request *req, request_handler *handler) MUST_CHECK;

/* Work goes on: the deadline begins anew.  From whoever has a request that is away. */
void request_prolong(struct request *req);
/* The same, for whoever calls back with what he was given. */
void request_prolong_arg(void *req);

/* The end of a REQUEST_LATER: `result` is what a handler would have returned, 0 or negative. */
void request_finish(struct request *req, int result);
