/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct buf;
struct db;

/* What a desk phone has told of its items, as it is kept.  It holds passwords. */

struct wpi_told {
	const char *name;
	int index;	    /* ITEM_NO_INDEX: none */
	const char *status; /* the phone's word; "": nothing wrong */
	const char *value;
};

void wpi_told_add(struct buf *out, const struct wpi_told *item);

/* 1 found, by index and name, each once; 0 it has told nothing.  `ret_at`: when. */
int wpi_told_read(void *mem, struct db *db, int64_t mac, struct wpi_told **ret, size_t *ret_count,
		  int64_t *ret_at) MUST_CHECK;

/* NULL: it has not told such an item. */
const struct wpi_told *wpi_told_find(const struct wpi_told *items, size_t count, const char *name,
				     int index);
