/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* Accounts, as stored, and the providers that they may use. */

struct account {
	int64_t id;
	const char *name;
	const char *role;		 /* "admin", "integrator" or "viewer" */
	const char *password_hash;	 /* Argon2id */
	const struct secret *ha1_md5;	 /* 16 bytes */
	const struct secret *ha1_sha256; /* 32 bytes */
	int require_mac_id;		 /* 0, 1, or -1: as the ini says */
	int64_t version;		 /* grows with every change */
	int64_t created_at;
};

/* 1 found, 0 not. */
int account_find(void *mem, struct db *db, const char *name, struct account **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first), at most `limit`. */
int account_list(void *mem, struct db *db, const char *after, int limit, struct account **ret,
		 size_t *ret_count) MUST_CHECK;
int account_count(struct db *db, const char *role, int64_t *ret) MUST_CHECK;

/* Tells the id in `account`.  -E_DB_CONSTRAINT when the name is taken. */
int account_insert(struct db *db, struct account *account) MUST_CHECK;
int account_update(struct db *db, const struct account *account) MUST_CHECK;
int account_delete(struct db *db, int64_t id) MUST_CHECK;

/* The providers of an account, by name. */
int account_providers(void *mem, struct db *db, int64_t id, const char ***ret,
		      size_t *ret_count) MUST_CHECK;
int account_provider_insert(struct db *db, int64_t id, int64_t provider_id) MUST_CHECK;
int account_provider_clear(struct db *db, int64_t id) MUST_CHECK;
/* 1 it may use the provider, 0 not. */
int account_owns(struct db *db, int64_t id, int64_t provider_id) MUST_CHECK;
