/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/fleet.h"

struct config;
struct config_upstream;
struct outbox;
struct secret;

/*
 * Upstreams: other redirection servers that are told of registrations made here.
 *
 * redirect/mirror.h writes the outbox, src/outbound sends it, and what became
 * of each row comes back here.  Surfaces and src/outbound do not know each
 * other: what the first want of the second goes through struct upstream_link.
 */

enum upstream_end {
	UPSTREAM_REGISTERED, /* there, and `secret` is the device's; NULL: none was told */
	UPSTREAM_GONE,	     /* nothing of ours is there */
	UPSTREAM_REFUSED,    /* final, until it changes or somebody says retry */
	UPSTREAM_AGAIN,	     /* not now */
};

struct upstream_result {
	enum upstream_end end;
	const char *answer;	     /* the other server's, or the error's words; no secrets */
	const struct secret *secret; /* REGISTERED */
	bool unsure;		     /* AGAIN: the other server may have seen it */
	int64_t next_at;	     /* AGAIN */
};

/* Writes how telling a row ended.  A secret becomes the device's own, for good. */
int fleet_upstream_end(struct change *change, const struct outbox *row,
		       const struct upstream_result *result) MUST_CHECK;

/*
 * Sends again: what waits, now; what was refused; and, deregistering it first,
 * what is registered there without its password having been told.  For one MAC
 * (not -1) whatever its state, so that what is registered there is made anew.
 * `ret_more` when there is more than one operation should do.
 */
int fleet_upstream_retry(struct change *change, const char *name, int64_t mac, int64_t *ret_rows,
			 bool *ret_more) MUST_CHECK;

/* What is known of an upstream's health. */
struct upstream_health {
	int64_t failures;     /* in a row; 0: well, or never tried */
	bool denied;	      /* name or password are refused */
	int64_t succeeded_at; /* last answer, UTC seconds; 0: none since the start */
	int64_t failed_at;
	int64_t next_at; /* the next attempt is not before */
	char words[200]; /* of the last failure */
};

/* A row of the other server's list; strings are valid during the call. */
struct upstream_entry {
	int64_t mac;
	const char *provider;
	const char *url;
};
typedef int upstream_each(void *arg, const struct upstream_entry *entry);

/* What src/outbound does for others; from any thread. */
struct upstream_link {
	void (*health)(const char *name, struct upstream_health *ret);
	void (*hurry)(const char *name); /* forget failures and try again */
	/* The other server's list, as it comes; blocks, at most so long. */
	int (*list)(const struct config_upstream *upstream, int64_t timeout_ms, upstream_each *each,
		    void *arg, struct diag *reterr);
};

/* Once; NULL ends it. */
void fleet_upstream_setup(const struct upstream_link *link);

/* Never NULL: without src/outbound all is well and nothing can be listed. */
const struct upstream_link *fleet_upstream_link(void);
