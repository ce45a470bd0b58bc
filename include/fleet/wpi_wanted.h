/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/secret.h"
#include "render/item.h"
#include "store/wpi_item.h"

struct config;
struct db;
struct document;

/*
 * The items that a desk phone is to have, with what became of each so far.  Who
 * had an account from here and has no line any more is to have none: its number
 * and registrar are reset.
 */

struct wpi_wanted {
	struct item item;
	char fingerprint[SECRET_FINGERPRINT_LEN + 1]; /* keyed, of the value */
	const struct wpi_item_row *row; /* of this very value; NULL: nothing is known */
};

/* In the order of item_list(), whose errors these are; all belongs to `mem`. */
int wpi_wanted_list(void *mem, struct db *db, const struct document *document,
		    struct wpi_wanted **ret, size_t *ret_count, struct diag *reterr) MUST_CHECK;

/* The phone has refused it and runs the same firmware (NULL: not known) as then. */
bool wpi_wanted_is_refused(const struct wpi_wanted *wanted, const char *firmware);

/* Somebody has changed it at the phone, and by local_changes = keep that stays. */
bool wpi_wanted_is_kept(const struct wpi_wanted *wanted, const struct config *config);

/* NULL: no such item is wanted. */
const struct wpi_wanted *wpi_wanted_find(const struct wpi_wanted *wanted, size_t count,
					 const char *name, int index);
