/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Files for desk phones, as stored; what has a name keeps its bytes. */

struct wpi_file {
	const char *name;
	const char *type;
	const char *sha256;
	int64_t size;
	int64_t added_at;
};

/* 1 found, 0 not. */
int wpi_file_find(void *mem, struct db *db, const char *name, struct wpi_file **ret) MUST_CHECK;
/* By name, after `after` (NULL: from the first). */
int wpi_file_list(void *mem, struct db *db, const char *after, int limit, struct wpi_file **ret,
		  size_t *ret_count) MUST_CHECK;
int wpi_file_insert(struct db *db, const struct wpi_file *file) MUST_CHECK;
int wpi_file_delete(struct db *db, const char *name) MUST_CHECK;
/* How many names have these bytes. */
int wpi_file_count(struct db *db, const char *sha256, int64_t *ret) MUST_CHECK;
