/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fleet/wpi_told.h"
#include "fleet/wpi_wanted.h"

struct config;
struct db;
struct view;

/*
 * What would be written to a desk phone if it booted now and told what it told
 * last.  Nobody asks it: what it has may be another story by then.
 */

enum wpi_item_verdict {
	WPI_HAS,     /* it tells what is wanted */
	WPI_TOOK,    /* it does not tell (as passwords), and has taken it before */
	WPI_GETS,    /* it would be written */
	WPI_REFUSED, /* the phone has refused it, and nothing has changed since */
	WPI_KEPT,    /* somebody has changed it at the phone, and that stays */
	WPI_VAIN,    /* written often enough for now, and never kept by the phone */
};

struct wpi_planned {
	const struct wpi_wanted *wanted;
	const struct wpi_told *told; /* NULL: it has not told such an item */
	enum wpi_item_verdict verdict;
};

struct wpi_plan {
	struct wpi_wanted *wanted;
	struct wpi_planned *items; /* by index and name */
	size_t count;
	struct wpi_told *told; /* all that it told, by index and name */
	size_t told_count;
	int64_t told_at; /* 0: never */
	size_t of[WPI_VAIN + 1];
};

/* `firmware` as the phone tells it; NULL: not told.  The errors are those of wpi_wanted_list(). */
int wpi_plan_read(void *mem, struct db *db, const struct config *config, const struct view *view,
		  const char *firmware, int64_t now, struct wpi_plan *ret,
		  struct diag *reterr) MUST_CHECK;

/* "has", "took", "gets", "refused", "kept", "vain" */
const char *wpi_verdict_name(enum wpi_item_verdict verdict);

/* "e164, function-key-def[1] and 12 more" of one verdict; "" for none.  Never a value. */
const char *wpi_plan_names(void *mem, const struct wpi_plan *plan, enum wpi_item_verdict verdict,
			   size_t max);
