/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/*
 * The outbox: what has to be told to other servers.
 *
 * Rows of one MAC are told one after the other, in the order in which they
 * were written; so only the oldest row of a MAC is ever due.
 */

struct outbox {
	int64_t id;
	const char *upstream;
	int64_t mac;
	const char *action;   /* "register" or "deregister" */
	const char *mac_id;   /* the suffix; NULL: not known */
	const char *url;      /* NULL, of a deregistration: whatever is there */
	const char *provider; /* the name there */
	int64_t attempts;
	int64_t next_at;
	bool unsure;	   /* it may have been told already */
	const char *error; /* of the last attempt; NULL: none */
	int64_t created_at;
	const char *state; /* from outbox_due(): of upstream_state, NULL: none */
};

/* Takes everything but the id, attempts, unsure and error. */
int outbox_insert(struct db *db, const struct outbox *row) MUST_CHECK;

/* Rows that may be told now, those first that were due first; at most `limit`. */
int outbox_due(void *mem, struct db *db, const char *upstream, int64_t now, int limit,
	       struct outbox **ret, size_t *ret_count) MUST_CHECK;

/* When the next row after `now` becomes due: 1 and `ret`, or 0 when none will. */
int outbox_next(struct db *db, const char *upstream, int64_t now, int64_t *ret) MUST_CHECK;

/* Before anything is sent, so that a crash leaves the row unsure. */
int outbox_begin(struct db *db, int64_t id) MUST_CHECK;

/* It was tried in vain: counts the attempt. */
int outbox_again(struct db *db, int64_t id, int64_t next_at, bool unsure,
		 const char *error) MUST_CHECK;

int outbox_delete(struct db *db, int64_t id) MUST_CHECK;

/* Makes rows due now, of all MACs when `mac` is -1; how many there were. */
int outbox_hurry(struct db *db, const char *upstream, int64_t mac, int64_t now,
		 int64_t *ret_count) MUST_CHECK;

/* Rows of one MAC that wait. */
int outbox_count_of(struct db *db, const char *upstream, int64_t mac, int64_t *ret) MUST_CHECK;

/* All rows that wait, of whatever upstream. */
int outbox_count(struct db *db, int64_t *ret) MUST_CHECK;

/* Waiting rows of each upstream that has any, by name. */
struct outbox_waiting {
	const char *upstream;
	int64_t rows;
};
int outbox_waiting(void *mem, struct db *db, struct outbox_waiting **ret,
		   size_t *ret_count) MUST_CHECK;

/* The oldest rows, for people. */
int outbox_list(void *mem, struct db *db, const char *upstream, int limit, struct outbox **ret,
		size_t *ret_count) MUST_CHECK;
