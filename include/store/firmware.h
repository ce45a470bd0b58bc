/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Firmware files, by name, and which products may have them. */

enum firmware_state { FIRMWARE_GOOD, FIRMWARE_CHANGED, FIRMWARE_FETCHING, FIRMWARE_FAILED };

struct firmware {
	const char *name;    /* of the file, in firmware_dir */
	const char *version; /* NULL: not known */
	enum firmware_state state;
	const char *sha256; /* hex; what it must become, while it is fetched */
	int64_t size;
	int64_t modified_ns; /* of the file that was hashed; with its size, to notice another one */
	const char *source;  /* URL; NULL: none told */
	const char *note;    /* NULL: none */
	const char *error;   /* words, where it is not good; NULL: none */
	int64_t added_at;
};

const char *firmware_state_name(enum firmware_state state);

/* 1 found, 0 not. */
int firmware_find(void *mem, struct db *db, const char *name, struct firmware **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first), at most `limit`. */
int firmware_list(void *mem, struct db *db, const char *after, int limit, struct firmware **ret,
		  size_t *ret_count) MUST_CHECK;
/* Good ones that the product may have (NULL: any product), by name. */
int firmware_of_product(void *mem, struct db *db, const char *product, struct firmware **ret,
			size_t *ret_count) MUST_CHECK;
/* The first by name that is to be fetched: 1 found, 0 not. */
int firmware_to_fetch(void *mem, struct db *db, struct firmware **ret) MUST_CHECK;

int firmware_insert(struct db *db, const struct firmware *firmware) MUST_CHECK;
/* All columns but the time. */
int firmware_update(struct db *db, const struct firmware *firmware) MUST_CHECK;
int firmware_delete(struct db *db, const char *name) MUST_CHECK;

/* Products of a file, by name. */
int firmware_products(void *mem, struct db *db, const char *name, const char ***ret,
		      size_t *ret_count) MUST_CHECK;
int firmware_product_put(struct db *db, const char *name, const char *product) MUST_CHECK;
int firmware_product_clear(struct db *db, const char *name) MUST_CHECK;

/* The download that a device began last, if it is of that file: 1 found, 0 not. */
int firmware_begun_find(struct db *db, int64_t mac, const char *name, int64_t *ret_at) MUST_CHECK;
int firmware_begun_put(struct db *db, int64_t mac, const char *name, int64_t at) MUST_CHECK;
