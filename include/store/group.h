/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Groups of devices: a scope for settings. */

struct group {
	int64_t id;
	const char *name;
	int64_t devices; /* only from group_list() */
	int64_t created_at;
};

/* 1 found, 0 not. */
int group_find(void *mem, struct db *db, const char *name, struct group **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first), at most `limit`. */
int group_list(void *mem, struct db *db, const char *after, int limit, struct group **ret,
	       size_t *ret_count) MUST_CHECK;
int group_insert(struct db *db, const char *name, int64_t at) MUST_CHECK;
/* -E_DB_CONSTRAINT while devices belong to it. */
int group_delete(struct db *db, int64_t id) MUST_CHECK;
int group_touch(struct db *db, int64_t id) MUST_CHECK;
