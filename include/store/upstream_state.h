/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* How the last thing told to an upstream about a MAC ended; nothing until it has. */

struct upstream_state {
	const char *upstream;
	int64_t mac;
	const char *state;  /* "registered", "confirmed", "gone" or "refused" */
	const char *answer; /* the other server's, without passwords */
	int64_t at;
};

int upstream_state_put(struct db *db, const struct upstream_state *state) MUST_CHECK;

/* 1 found, 0 not. */
int upstream_state_find(void *mem, struct db *db, const char *upstream, int64_t mac,
			struct upstream_state **ret) MUST_CHECK;

/* Those in one state for which nothing waits, by MAC behind `after` (-1: from the first). */
int upstream_state_list(void *mem, struct db *db, const char *upstream, const char *state,
			int64_t after, int limit, struct upstream_state **ret,
			size_t *ret_count) MUST_CHECK;

/* Rows in one state, whether or not something waits for them. */
int upstream_state_count(struct db *db, const char *upstream, const char *state,
			 int64_t *ret) MUST_CHECK;
