/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "fleet/fleet.h"
#include "store/mac.h"

/*
 * The inventory: what is known of devices before anybody registers them.
 *
 * An import is checked as a whole (inventory_read()) before anything of it is
 * written, and then put in pieces, each an operation of its own.  It only adds
 * to what is known: an empty cell leaves a stored value as it is.
 */

/* Devices in one operation: others shall not wait long for it. */
enum { INVENTORY_PIECE = 500, INVENTORY_ROWS_MAX = 1000000, INVENTORY_ERRORS_MAX = 100 };

/* One device of a file.  Texts are pieces of the file's; NULL: not told. */
struct inventory_row {
	int64_t mac;
	unsigned line;
	char mac_id[MAC_ID_LEN + 1]; /* "": not told */
	const char *product;	     /* a row of products.def */
	const char *secret;
};

struct inventory_error {
	unsigned line;
	const char *text;
};

struct inventory_file {
	struct inventory_row *rows;
	size_t count;
	struct inventory_error *errors; /* the first INVENTORY_ERRORS_MAX, by line */
	size_t error_count;
	size_t errors_found; /* all of them */
};

/*
 * Reads CSV: MAC or MAC-ID, suffix, product, secret; with a header row in any
 * order.  `text` is changed, must have a NUL behind `len` and live as long as
 * the result.  Whether it is good is in the result.
 */
struct inventory_file *inventory_read(void *mem, char *text, size_t len);

struct inventory_counts {
	int64_t rows;
	int64_t added;
	int64_t changed;
	int64_t unchanged;
	int64_t devices; /* that got their secret */
};

/* Counts what putting them would do, and changes nothing. */
int inventory_compare(struct db *db, const struct inventory_row *rows, size_t count,
		      struct inventory_counts *counts) MUST_CHECK;

/*
 * Puts a piece, and adds to `counts`.  Devices that are there already and whose
 * secret was only made here, or came from the inventory, get theirs.  The
 * import's one audit row is written with its first piece (`audit_id` 0) and
 * brought up to date with the others.
 */
int fleet_inventory_put(struct change *change, const struct inventory_row *rows, size_t count,
			struct inventory_counts *counts, int64_t *audit_id) MUST_CHECK;

/* -E_INVENTORY_UNKNOWN.  Devices keep what they have. */
int fleet_inventory_remove(struct change *change, int64_t mac) MUST_CHECK;

/* Forgets wrong MAC-ID suffixes, and a lock that came of them.  -E_MAC_ID_NOT_TRIED. */
int fleet_inventory_unlock(struct change *change, int64_t mac) MUST_CHECK;
