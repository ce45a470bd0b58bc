/* SPDX-License-Identifier: MIT */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "http/auth.h"
#include "http/request.h"
#include "pool.h"
#include "router.h"
#include "server.h"

/*
 * The inside of a request.
 *
 * Memory: one talloc pool, made when the request line has come.  Everything
 * else of the request hangs below it.
 *
 * References: the connection has one, and so has whoever works on a request
 * whose connection is suspended, and each stream.
 *
 * State, for the part of a request's life in which two threads know it:
 *
 *     RUNNING ----------------------------> the handler has answered
 *        | request_detach()
 *     SUSPENDED --- request_finish() -----> ANSWERED
 *        |  http_tick(), http_stop()
 *     EXPIRED    the connection is answered with an error and goes its way;
 *                the worker still owns the fields and finishes into the void
 */

enum request_state {
	REQUEST_LINE,	 /* the request line has come */
	REQUEST_BODY,	 /* headers have come; the body comes */
	REQUEST_RUNNING, /* in the handler, on the connection's thread */
	REQUEST_SUSPENDED,
	REQUEST_ANSWERED,
	REQUEST_EXPIRED,
};

enum { REQUEST_ID_MAX = 32 };

struct header {
	const char *name;
	const char *value;
};

struct request {
	struct work work; /* first */
	struct http *http;
	struct listener *listener;
	struct MHD_Connection *connection;
	const struct config *config;
	const struct route *route;
	request_handler *handler;
	enum plane plane;
	int method; /* enum http_method or METHOD_OTHER */
	const char *method_name;
	bool is_head;
	bool is_admitted; /* the account has been checked */
	bool is_listed;	  /* in http->waiting; `lock` */
	bool has_address;
	unsigned retry_after; /* seconds; 0: no such header */
	bool has_turn;	      /* to check a password */
	bool is_import;	      /* its body is larger than max_body, and counted */
	bool is_download;     /* it has one of max_downloads places */
	int64_t download_of;  /* the device; negative: nobody knows */
	_Atomic int state;
	_Atomic unsigned refs;

	const char *target; /* as it came, less scheme and host */
	const char *path;
	const char *query; /* NULL: none */
	struct router_match match;
	struct net_address address;
	uint64_t connection_number;
	struct client_cert *client_cert; /* NULL: none, or not looked for */
	bool has_client_cert;		 /* it was looked for */
	struct principal principal;

	struct header *headers; /* a copy, once another thread may look; else NULL */
	size_t header_count;
	char *body;
	size_t body_len;
	size_t body_size;

	int refusal; /* known before the handler: no such route, too large, … */
	int reason;
	int expired_with; /* what the connection answers when EXPIRED */
	int64_t deadline_at_ms;
	struct request *waiting_next;
	struct request *waiting_previous;
	struct request *download_next;

	int status; /* of the reply; 0: none yet */
	struct MHD_Response *response;
	struct prepared *prepared;
	char id[REQUEST_ID_MAX];
};

/* request.c: made from the request line; the caller's reference is the connection's. */
struct request *request_new(struct http *http, const char *uri);
void request_ref(struct request *req);
void request_unref(struct request *req);
void request_headers_copy(struct request *req);
void request_address_find(struct request *req);
void request_client_cert_find(struct request *req);

const char *request_skip_authority(const char *uri);
/* Decoded, of a query `s` without its question mark (NULL: none); NULL when it is not there. */
const char *request_query_find(void *mem, const char *s, const char *name);

/* guard.c: sent by a page of another origin; and, where the reply says no, a query with a name unknown. */
bool request_is_foreign(const struct request *req);
bool request_is_framed(const struct request *req); /* one way only to tell where its body ends */
bool request_query_is_known(struct request *req);

/* work.c */
void request_expire_all(struct http *http, int64_t now_ms, int result);

/* access.c: libmicrohttpd's callbacks. */
void *access_line(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result access_handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *data_size, void **context);
void access_completed(void *cls, struct MHD_Connection *connection, void **context,
		      enum MHD_RequestTerminationCode code);

/* reply.c: takes over `response`; NULL: the prepared reply, or none at all. */
void reply_set(struct request *req, int status, struct MHD_Response *response);
struct MHD_Response *reply_make(const void *data, size_t len, enum MHD_ResponseMemoryMode mode,
				const char *type);

/* reply_error.c: the response for an error, made without touching `req`'s memory. */
struct MHD_Response *reply_make_error(const struct request *req, int r, const char *text,
				      int *ret_status);

/* reply_error.c: the status of an error on this plane. */
int reply_status_of(enum plane plane, int r);

/* file.c: gives its place back. */
void download_end(struct request *req);

/* prepared.c: 200 or 304, over the bytes of `prepared`. */
struct MHD_Response *prepared_response(const struct request *req, const struct prepared *prepared,
				       int *ret_status);

/* auth.c: lets the next one check a password, if this one was about to. */
void auth_turn_end(struct request *req);

/* admit.c: may the request be served at all?  REQUEST_LATER as auth_check() has it. */
int request_admit(struct request *req) MUST_CHECK;
