/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* What became of items that desk phones are to have. */

enum { WPI_ITEM_WANTED_MAX = 16 };

struct wpi_item_row {
	const char *name;
	int index;	    /* -1: none */
	const char *wanted; /* fingerprint of the value that the rest is of */
	int64_t writes;	    /* how often the phone has taken, or was sent, it */
	int64_t written_at;
	const char *status; /* the phone's word when it refused; NULL: it did not */
	int64_t refused_at;
	const char *firmware;	      /* that it ran then; NULL: not told */
	const struct secret *changed; /* what somebody made of it at the phone; NULL: nothing */
	int64_t changed_at;
	bool is_kept; /* and that shall stay */
};

/* By index and name. */
int wpi_item_list(void *mem, struct db *db, int64_t mac, struct wpi_item_row **ret,
		  size_t *ret_count) MUST_CHECK;

/*
 * The phone took the value, or was sent it in vain: what was refused or changed
 * before is over, and another value than last time counts from one.
 */
int wpi_item_written(struct db *db, int64_t mac, const struct wpi_item_row *row,
		     bool is_taken) MUST_CHECK;
/* `status`, `refused_at`, `firmware` of `wanted`. */
int wpi_item_refused(struct db *db, int64_t mac, const struct wpi_item_row *row) MUST_CHECK;
/* `changed`, `changed_at`, `is_kept` of `wanted`. */
int wpi_item_changed(struct db *db, int64_t mac, const struct wpi_item_row *row) MUST_CHECK;

/*
 * Forgets refusals, what was kept and how often it was written: of one item, or
 * (name NULL) of all; how many rows that were.
 */
int wpi_item_forget(struct db *db, int64_t mac, const char *name, int index,
		    int64_t *ret) MUST_CHECK;
