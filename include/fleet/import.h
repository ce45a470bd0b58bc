/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "fleet/fleet.h"
#include "store/mac.h"

struct buf;
struct secret;

/*
 * Tables in and out: devices, handsets and lines as CSV.
 *
 * Each kind has its columns; a file has a header row that names those that it
 * holds, in any order.  What the file does not say stays: a column that is not
 * there, and the cell of a secret that is empty or IMPORT_KEEP.  Any other
 * empty cell means "none".  An import adds and changes, and never removes a
 * device or a handset: who is not in the file stays.
 *
 * An import is one operation: with one wrong row nothing is written.  Doing it
 * again changes nothing.  What is exported and imported again is the same.
 */

enum import_kind { IMPORT_DEVICES, IMPORT_HANDSETS, IMPORT_LINES, IMPORT_KINDS };

enum import_cell {
	CELL_MAC,
	CELL_SLOT,
	CELL_IPUI,
	CELL_NAME,
	CELL_PRODUCT,
	CELL_GROUP,
	CELL_PIN,
	CELL_USER,
	CELL_AUTH,
	CELL_DISPLAY,
	CELL_SIP,
	CELL_SECRET,
	CELL_PASSWORD,
	CELL_LOCKED,
	CELLS,
};

enum { IMPORT_ERRORS_MAX = 100 };

/* What an export without secrets writes for one that there is. */
#define IMPORT_KEEP "********"

enum { IMPORT_NO_MAC = -1 };

struct import_row {
	unsigned line;
	int64_t mac;		  /* IMPORT_NO_MAC: what is there is none */
	bool is_wrong;		  /* which has been told; more may be wrong with it */
	int slot;		  /* 0: not told */
	char ipui[IPUI_LEN + 1];  /* "": not told */
	const char *cells[CELLS]; /* NULL: no such column; IMPORT_KEEP has become NULL, too */
	bool keeps[CELLS];	  /* it was IMPORT_KEEP */
};

struct import_error {
	unsigned line;
	size_t number; /* in the order of finding */
	char *text;
};

/* What becomes of a row that says something new. */
struct import_told {
	unsigned line;
	bool is_new;
	const char *object;	/* "7C2F80E0D605 029e74a599" */
	json_t *before, *after; /* fields; NULL: none */
};

struct import_table {
	void *mem;
	enum import_kind kind;
	struct import_row *rows; /* by MAC, then as in the file */
	size_t count;
	struct import_error *errors; /* the first IMPORT_ERRORS_MAX by line, once they are sorted */
	size_t error_count;
	size_t errors_found;
	struct import_told *told; /* the first `told_max` by line, once they are sorted */
	size_t told_count, told_max;
	size_t told_found;
};

/* "devices"; NULL for none. */
const char *import_kind_name(enum import_kind kind);
/* 1 found, 0 not. */
int import_kind_find(const char *name, enum import_kind *ret);
/* The columns of a kind in their order; their names. */
const enum import_cell *import_columns(enum import_kind kind, size_t *ret_count);
const char *import_cell_name(enum import_cell cell);
bool import_cell_is_secret(enum import_cell cell);

/*
 * Reads a table; a kind of IMPORT_KINDS is told by the header.  `text` is
 * changed, must have a NUL behind `len` and live as long as the result, which
 * says whether it is good.  Rows that are wrong are among the others, so that
 * writing the table, which will fail, finds what else is wrong.
 */
struct import_table *import_table_read(void *mem, char *text, size_t len, enum import_kind kind,
				       size_t rows_max);

/* Notes what is wrong with a row. */
void import_complain(struct import_table *table, unsigned line, const char *format, ...)
	PRINTF(3, 4);

/* A piece of a cell for an error's words: on one line, and not half a character. */
enum { IMPORT_SHOWN_MAX = 64 };
const char *import_shown(char out[IMPORT_SHOWN_MAX + 1], const char *cell);

/* Puts what was complained of in the order of lines, and leaves the first. */
void import_errors_sort(struct import_table *table);

/* The same of what becomes of rows; the objects are dropped with import_told_drop(). */
void import_tell(struct import_table *table, const struct import_told *told);
void import_told_sort(struct import_table *table);
void import_told_drop(struct import_table *table);

struct import_counts {
	int64_t rows;
	int64_t added;
	int64_t changed;
	int64_t unchanged;
	int64_t devices; /* that were changed, or got something new */
};

struct import_options {
	const char *file; /* for the audit log; NULL: not told */
	bool force;	  /* takes what commands take with --force */
	/* Called now and then while it goes on; may be NULL. */
	void (*goes_on)(void *arg);
	void *arg;
};

/*
 * Writes a table.  -E_IMPORT with what is wrong in table->errors.  One audit row for
 * the import, and one for each device, with what was changed in it.
 */
int fleet_import_table(struct change *change, struct import_table *table,
		       const struct import_options *options,
		       struct import_counts *counts) MUST_CHECK;

/*
 * Cells that a spreadsheet would take for a formula have ' in front of them in
 * a table; it is taken away when they come back.  Undoing changes `cell`.
 */
const char *import_cell_guard(void *mem, const char *cell);
char *import_cell_unguard(char *cell);
