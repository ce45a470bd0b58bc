/* SPDX-License-Identifier: MIT */
#pragma once

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "http/http.h"

/* What listeners, requests and streams share. */

struct pool;
struct router;
struct request;
struct shares;

struct listener {
	struct http *http;
	char *name;
	unsigned planes; /* which routes are looked at */
	unsigned port;
	int fd;
	bool is_control;
	bool is_tls;
	bool basic_without_tls;
	struct config_networks trusted_proxies;
	char *tls_cert; /* the PEM texts, which libmicrohttpd does not copy */
	char *tls_key;
	char *tls_client_ca; /* NULL: clients are not asked for certificates */
	const char *tls_priorities;
	struct gnutls_x509_trust_list_st
		*client_trust; /* what is in tls_client_ca; never changes */
	struct MHD_Daemon *daemon;

	int64_t idle_ms; /* after which a silent connection is closed */
	pthread_mutex_t links_lock;
	struct link *links;    /* with the lock: its connections, the newest first */
	struct shares *shares; /* with the lock: how many are whose */
};

struct http {
	struct router *router;
	struct pool *pool;
	struct listener *listeners;
	size_t listener_count;
	char *socket_path; /* of the control socket, while it is there */

	_Atomic bool is_quiet;	       /* no new connections */
	_Atomic bool is_stopping;      /* nothing may be suspended any more */
	_Atomic unsigned open;	       /* requests between first handler call and last byte */
	_Atomic unsigned suspended;    /* connections that somebody must resume */
	_Atomic unsigned imports;      /* bodies that are larger than max_body */
	struct request *downloads;     /* files being sent; `lock` */
	_Atomic unsigned away;	       /* requests that somebody will call request_finish() for */
	struct request *waiting_first; /* suspended requests; `lock` */
	pthread_mutex_t lock;
};

/*
 * Counts a connection that is about to be suspended, or does nothing and says
 * false when the daemon stops.  Both sides write first and look then, so that
 * one of them sees the other.
 */
static inline bool suspension_begin(struct http *http)
{
	atomic_fetch_add(&http->suspended, 1);
	if (!atomic_load(&http->is_stopping))
		return true;
	atomic_fetch_sub(&http->suspended, 1);
	return false;
}

static inline void suspension_end(struct http *http, struct MHD_Connection *connection)
{
	MHD_resume_connection(connection);
	atomic_fetch_sub(&http->suspended, 1);
}
