/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/*
 * Activation codes, as stored: where a phone is sent that comes with a code
 * instead of its MAC.  A code as people type it is `code#password`.
 */

struct activation {
	const char *code;
	const struct secret *password;
	int64_t provider_id;
	const char *provider; /* its name; read only */
	const char *url;
	int64_t created_at;
};

/* 1 found, 0 not. */
int activation_find(void *mem, struct db *db, const char *code, struct activation **ret) MUST_CHECK;
/* By code, after `after` (NULL: from the first), at most `limit`. */
int activation_list(void *mem, struct db *db, const char *after, int limit, struct activation **ret,
		    size_t *ret_count) MUST_CHECK;
/* -E_DB_CONSTRAINT when the code is there. */
int activation_insert(struct db *db, const struct activation *activation) MUST_CHECK;
int activation_move(struct db *db, const char *code, const char *url) MUST_CHECK;
/* 1 it was there, 0 not. */
int activation_delete(struct db *db, const char *code) MUST_CHECK;
