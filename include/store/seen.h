/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Traces of phones; these tables are in the database file of their own (seen.db). */

enum { FETCHES_KEPT = 20 };

struct seen {
	int64_t mac;
	int64_t at;
	const char *address;
	const char *user_agent; /* NULL: none told */
	int64_t redirected_at;	/* last time that it was told its URL; 0: never */
	int64_t served_at;	/* and was given all of its document; 0: never */
};

/* MACs behind `after` that were last here, or told to come, before that time, in their order. */
int seen_list_old(void *mem, struct db *db, int64_t after, int64_t before, int limit, int64_t **ret,
		  size_t *ret_count) MUST_CHECK;
/* All traces of a device. */
int seen_forget(struct db *db, int64_t mac) MUST_CHECK;

struct fetch {
	int64_t mac;
	int64_t at;
	const char *address;
	const char *etag;
	const char *revision;
	int64_t operations;
};

/* 1 found, 0 not. */
int seen_find(void *mem, struct db *db, int64_t mac, struct seen **ret) MUST_CHECK;
/* Times but `at` that are 0 stay as they were; the user agent is for the next one. */
int seen_put(struct db *db, const struct seen *seen) MUST_CHECK;
int seen_put_agent(struct db *db, int64_t mac, int64_t at, const char *user_agent) MUST_CHECK;

/* Newest first. */
int fetch_list(void *mem, struct db *db, int64_t mac, struct fetch **ret,
	       size_t *ret_count) MUST_CHECK;
/* Keeps the last FETCHES_KEPT of each device. */
int fetch_insert(struct db *db, const struct fetch *fetch) MUST_CHECK;
