/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/*
 * Settings: one name and value in one scope.  Scopes are written as people
 * write them: "fleet", "product:n870", "group:ward", "device:7C2F80E0D605",
 * "handset:029e74a599",
 * and "handset:7C2F80E0D605-00001" for one without an IPUI.
 */

struct setting {
	const char *scope;
	const char *name;
	const char *value;	     /* NULL when it is a secret */
	const struct secret *secret; /* NULL when it is not */
	int64_t updated_at;
};

/* Those whose values are not sealed, in the order of scope and name, behind that one ("" and "": all). */
int setting_list_clear(void *mem, struct db *db, const char *scope, const char *name, int limit,
		       struct setting **ret, size_t *ret_count) MUST_CHECK;

/* Of one scope, by name. */
int setting_list(void *mem, struct db *db, const char *scope, struct setting **ret,
		 size_t *ret_count) MUST_CHECK;
/* 1 found, 0 not. */
int setting_find(void *mem, struct db *db, const char *scope, const char *name,
		 struct setting **ret) MUST_CHECK;
/* The first scope in which the setting has this value: 1 found, 0 not. */
int setting_scope_of(void *mem, struct db *db, const char *name, const char *value,
		     const char **ret) MUST_CHECK;
/* The different values that a setting has anywhere, secrets left out. */
int setting_values(void *mem, struct db *db, const char *name, const char ***ret,
		   size_t *ret_count) MUST_CHECK;
/* Of one name, by scope after `after` (NULL: from the first), at most `limit`. */
int setting_list_named(void *mem, struct db *db, const char *name, const char *after, int limit,
		       struct setting **ret, size_t *ret_count) MUST_CHECK;
/* Sets or replaces. */
int setting_put(struct db *db, const struct setting *setting) MUST_CHECK;
/* 1 it was there, 0 not. */
int setting_delete(struct db *db, const char *scope, const char *name) MUST_CHECK;
int setting_delete_scope(struct db *db, const char *scope) MUST_CHECK;
/* All of them belong to another scope from now on. */
int setting_move_scope(struct db *db, const char *scope, const char *to) MUST_CHECK;

/* The counter of a scope that has no row of its own (fleet, product:X) grows. */
int scope_touch(struct db *db, const char *scope) MUST_CHECK;
