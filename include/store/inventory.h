/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/*
 * Devices as the manufacturer knows them, whether anybody has registered them
 * or not.  What is not known of one is NULL.
 */

struct inventory {
	int64_t mac;
	const char *mac_id; /* the suffix on the box, in upper case */
	const char *product;
	const struct secret *secret;
	int64_t created_at;
};

/* 1 found, 0 not. */
int inventory_find(void *mem, struct db *db, int64_t mac, struct inventory **ret) MUST_CHECK;
/* The first MAC from this one on: 1 found, 0 there is none. */
int inventory_next_mac(struct db *db, int64_t mac, int64_t *ret) MUST_CHECK;

/* Adds the row, or changes what is there but for created_at. */
int inventory_put(struct db *db, const struct inventory *item) MUST_CHECK;
/* 1 it was there, 0 not. */
int inventory_delete(struct db *db, int64_t mac) MUST_CHECK;

/* By MAC after `after` (-1: from the first), at most `limit`. */
int inventory_list(void *mem, struct db *db, int64_t after, int limit, struct inventory **ret,
		   size_t *ret_count) MUST_CHECK;
