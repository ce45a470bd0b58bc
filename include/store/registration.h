/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct provider;
struct secret;

/* Registrations: where a device is sent, and under whose name. */

struct registration {
	int64_t mac;
	int64_t provider_id;
	const char *provider;
	int64_t account_id; /* 0: the account has gone */
	const char *url;
	int64_t created_at;
};

/* All that the redirection of a phone needs to know, in one statement. */
struct registration_fetch {
	int64_t mac;
	const char *url;
	const char *product;	     /* the device's, or the inventory's; NULL: not known */
	const struct secret *secret; /* the device's; NULL: none */
	int64_t locked_at;
};

/* 1 found, 0 not. */
int registration_fetch_find(void *mem, struct db *db, int64_t mac,
			    struct registration_fetch **ret) MUST_CHECK;

/* 1 found, 0 not. */
int registration_find(void *mem, struct db *db, int64_t mac, struct registration **ret) MUST_CHECK;

/* -E_DB_CONSTRAINT when the MAC is registered, or the provider is not there. */
int registration_insert(struct db *db, const struct registration *registration) MUST_CHECK;
/* The same for several MACs. */
int registration_insert_series(struct db *db, const struct registration *registration,
			       const int64_t *macs, size_t count) MUST_CHECK;
/* 1 it was there, 0 not. */
int registration_delete(struct db *db, int64_t mac) MUST_CHECK;

/* Where a walk has come to: {.after = -1} before the first. */
struct registration_cursor {
	int64_t after; /* MAC */
	int pages;     /* the walk's own */
};

/*
 * Of one provider, by MAC: the next page, of at most `limit` rows.  1: there may
 * be more, 0: that was the last.  What `row` is given is valid while it runs,
 * and does not tell the account.
 */
typedef void registration_row(void *arg, const struct registration *registration);
int registration_walk(struct db *db, const struct provider *provider,
		      struct registration_cursor *cursor, int limit, registration_row *row,
		      void *arg) MUST_CHECK;

/* A registration with the suffix of its MAC-ID, as mirrors are told it; NULL: not known. */
struct registration_found {
	struct registration registration;
	const char *mac_id;
};

/*
 * Those whose URL is like `pattern` (of SQL's LIKE, in lower case, ! escapes),
 * whoever's, by MAC after `after` (-1: from the first), at most `limit`.
 */
int registration_like(void *mem, struct db *db, const char *pattern, int64_t after, int limit,
		      struct registration_found **ret, size_t *ret_count) MUST_CHECK;

/* Another URL; it stays registered since when it was. */
int registration_move(struct db *db, int64_t mac, const char *url) MUST_CHECK;
