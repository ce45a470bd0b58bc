/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Wrong MAC-ID suffixes of a MAC, since the last right one or the last lock. */

struct mac_id_failure {
	int64_t mac;
	int64_t failures;
	int64_t locked_until; /* 0: not locked */
	int64_t last_at;
};

/* 1 found, 0 not. */
int mac_id_failure_find(struct db *db, int64_t mac, struct mac_id_failure *ret) MUST_CHECK;
int mac_id_failure_put(struct db *db, const struct mac_id_failure *failure) MUST_CHECK;
/* 1 it was there, 0 not. */
int mac_id_failure_delete(struct db *db, int64_t mac) MUST_CHECK;

/* Those that are locked at the time `at`, by MAC, at most `limit`; `ret_count` is of these. */
int mac_id_failure_locked(void *mem, struct db *db, int64_t at, int limit,
			  struct mac_id_failure **ret, size_t *ret_count) MUST_CHECK;
