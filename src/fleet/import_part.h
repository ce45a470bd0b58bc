/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "fleet/import.h"

struct device;
struct handset;
struct line;

/*
 * An import under way, one device at a time.  `change` is that of the device: its
 * memory goes when the device is done.
 */
struct import_part {
	struct change own; /* what `change` points to */
	struct change *change;
	struct import_table *table;
	const struct import_options *options;
	struct import_counts *counts;
	const struct import_row *rows; /* all of one device */
	size_t count;
	/* What changed in it, for the audit log: by the key of a handset or line. */
	json_t *before, *after;
	bool touched;
};

/*
 * Products, groups and SIP servers of all rows: who names one that is not there
 * is complained of and wrong.
 */
int import_names_check(struct change *change, struct import_table *table) MUST_CHECK;

/* A row of the device; negative: what is wrong with the row, or with the database. */
int import_device_row(struct import_part *part, const struct import_row *row) MUST_CHECK;

/* All rows of the device. */
int import_handset_rows(struct import_part *part) MUST_CHECK;
int import_line_rows(struct import_part *part) MUST_CHECK;

/*
 * A row has failed: 0 when that is the row's fault, and is noted; otherwise `r`.
 * Its words are those of part->change->diag, which is emptied.
 */
int import_row_failed(struct import_part *part, const struct import_row *row, int r) MUST_CHECK;

/* A row was written, of the device, or of the handset or line that `key` is. */
void import_row_told(struct import_part *part, const struct import_row *row, bool is_new,
		     const char *key);

/* A row is done; tells those who wait that it goes on. */
void import_row_done(struct import_part *part);

/* NULL and "" become NULL. */
static inline const char *import_text(const char *cell)
{
	return cell && *cell ? cell : NULL;
}

/* Whether both are there and equal, or neither is. */
bool import_same(const char *a, const char *b);
bool import_same_secret(const struct secret *a, const struct secret *b);

/*
 * One field: whether `now` differs from `was`, which the audit log is told
 * under `key`.
 */
bool import_differs(struct import_part *part, const char *key, const char *field, const char *was,
		    const char *now);
bool import_differs_secret(struct import_part *part, const char *key, const char *field,
			   const struct secret *was, const struct secret *now);
