/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct buf;
struct sim_link;
struct sim_loop;

/*
 * A phone's way to the service: HTTPS by libcurl, one request at a time.  Each
 * phone has a multi of its own, since connections are not shared between phones.
 */

struct sim_link_settings {
	unsigned timeout_s;
	const char *source; /* address; NULL: whatever */
	bool old_tls;	    /* TLS 1.0 with RSA key exchange only */
	bool is_slow;
	const char *p12; /* base64: this client certificate; NULL: none, and any server is good */
	const struct buf *server_ca;
};

/* What came of a request; all strings are good during the call. */
struct sim_heard {
	const char *error; /* it did not work; NULL: there is an answer */
	long status;
	const char *content_type;
	const char *set_cookie;
	unsigned set_cookies;
	bool is_chunked;
	int64_t announced; /* Content-Length; -1: none */
	const struct buf *body;
	int64_t len; /* of the body, of which a megabyte is kept */
	char sha256[65];
};

typedef void sim_heard_fn(void *arg, const struct sim_heard *heard);

struct sim_link *sim_link_new(void *mem, struct sim_loop *loop);

/* POST of a message, or GET without one.  `done` is called later, never from here. */
void sim_link_ask(struct sim_link *link, const struct sim_link_settings *settings, const char *url,
		  const struct buf *message, const char *cookie, bool closes, sim_heard_fn *done,
		  void *arg);

/* Closes its connections. */
void sim_link_close(struct sim_link *link);

/* Milliseconds of clock_monotonic_ms() at which it wants its turn; -1: not by itself. */
int64_t sim_link_due(const struct sim_link *link);
void sim_link_turn(struct sim_link *link);
