/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf;

/*
 * Comma-separated values (RFC 4180).
 *
 * Rows end with CR LF or LF, the last one may lack its end.  A cell in double
 * quotes may hold commas, line ends and, doubled, quotes; outside of them a
 * quote is an error, as is a CR without LF.  A byte order mark is skipped, as
 * are empty lines.  Every cell is UTF-8 without control characters but tabs
 * and line ends.
 */

struct csv_limits {
	size_t rows;
	size_t columns;
	size_t cell; /* bytes */
};

struct csv {
	char *at;
	char *end;
	struct csv_limits limits;
	unsigned line; /* of `at` */
	size_t rows;
	char **cells;
};

struct csv_row {
	char **cells; /* until the next csv_next() */
	size_t count;
	unsigned line; /* on which it begins, from one */
};

/*
 * Reads `text`, which is changed and must have one more byte, a NUL, behind
 * `len`.  The cells are pieces of it, so they live as long as it does.
 */
void csv_init(void *mem, struct csv *csv, char *text, size_t len, const struct csv_limits *limits);

/*
 * 1 a row, 0 the end, -E_CSV or -E_TEXT_* with the line in `reterr`.  After an
 * error the next call goes on with the next line, so that one reading finds
 * all errors; where there is no going on, it gives 0.
 */
int csv_next(struct csv *csv, struct csv_row *ret, struct diag *reterr) MUST_CHECK;

/* The cell, which is changed, without blanks at either end. */
char *csv_trim(char *cell);

/* A piece of a cell for an error's words: on one line, not half a character; `out` has `max` + 1 bytes. */
const char *csv_shown(char *out, size_t max, const char *cell);

/* Appends a row, ended by CR LF; NULL is an empty cell.  What was written reads back as the same. */
void csv_write(struct buf *buf, const char *const *cells, size_t count);
