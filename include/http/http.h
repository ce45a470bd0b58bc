/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "http/route.h"

/*
 * Listeners (libmicrohttpd, an epoll thread pool each; poll for TLS), the
 * control socket, the router and the worker pool.
 *
 * A listener's sockets are opened by http_start() and served at once.  All of
 * the configuration that a request sees is pinned when it comes; listeners
 * themselves do not change on a reload.
 */

struct http;

/* Paths from the ini become routes of `phone_handler`. */
int http_start(void *mem, const struct config *config, const struct route *routes, size_t count,
	       request_handler *phone_handler, struct http **ret, struct diag *reterr) MUST_CHECK;

/* Port of the listener with that name: tells what 0 became. */
unsigned http_port(const struct http *http, const char *listener);

/* Answers requests that passed their deadline; from the main loop, about once a second. */
void http_tick(struct http *http);

/* True until http_quiesce(). */
bool http_is_taking(const struct http *http);

/* No new connections from now on. */
void http_quiesce(struct http *http);

/* Waits until no request is open, at most so long; how many are left. */
unsigned http_drain(struct http *http, int64_t timeout_ms);

/* Ends workers and listeners.  After http_drain() and after the writer has stopped. */
void http_stop(struct http *http);

/* Grows while every worker is alive; the watchdog looks at it. */
uint64_t http_heartbeat(const struct http *http);
