/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Providers: the names under which devices are registered. */

struct provider {
	int64_t id;
	const char *name;
	const char *default_url; /* NULL: none */
	int64_t registrations;	 /* only from provider_list() */
	int64_t created_at;
};

/* 1 found, 0 not. */
int provider_find(void *mem, struct db *db, const char *name, struct provider **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first), at most `limit`. */
int provider_list(void *mem, struct db *db, const char *after, int limit, struct provider **ret,
		  size_t *ret_count) MUST_CHECK;
/* Ids and names of an account's providers, by name; of all when `account_id` is 0. */
int provider_list_of(void *mem, struct db *db, int64_t account_id, struct provider **ret,
		     size_t *ret_count) MUST_CHECK;
int provider_insert(struct db *db, const char *name, const char *default_url,
		    int64_t at) MUST_CHECK;
int provider_update(struct db *db, int64_t id, const char *default_url) MUST_CHECK;
/* -E_DB_CONSTRAINT while registrations name it. */
int provider_delete(struct db *db, int64_t id) MUST_CHECK;
