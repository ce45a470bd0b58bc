/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * Columns for people: two blanks between them, nothing after the last.  Rows
 * are gathered and printed in one go, page by page; widths only ever grow, so
 * that the pages of one list stay aligned as well as can be.
 */

struct ctl_table;

struct ctl_table *ctl_table_new(void *mem, size_t columns);

/* The row that the next print begins with, in bold where `bold`. */
void ctl_table_head(struct ctl_table *table, const char *const *cells, bool bold);

/* The cells are copied; NULL and "" are shown as "-", control characters as "?". */
void ctl_table_row(struct ctl_table *table, const char *const *cells);

/* What devices and strangers wrote must not reach the terminal as commands: controls become "?". */
void ctl_defuse(char *text);

/* Appends what was gathered, and forgets it. */
void ctl_table_print(struct ctl_table *table, struct buf *out);
