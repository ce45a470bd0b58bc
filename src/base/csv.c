/* SPDX-License-Identifier: MIT */
/*
 * Cells are made where they stand: what ends one becomes its NUL, and quoted
 * ones are moved together, which only ever makes them shorter.
 */
#include "base/csv.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const char bom[] = "\xef\xbb\xbf";

void csv_init(void *mem, struct csv *csv, char *text, size_t len, const struct csv_limits *limits)
{
	*csv = (struct csv){.at = text, .end = text + len, .limits = *limits, .line = 1};
	csv->cells = mem_array(mem, char *, limits->columns);
	if (len >= 3 && memcmp(text, bom, 3) == 0)
		csv->at += 3;
}

/* Goes behind the end of the line. */
static void skip_line(struct csv *csv)
{
	char *lf = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));

	csv->at = lf ? lf + 1 : csv->end;
	csv->line++;
}

static int refuse(struct csv *csv, struct diag *reterr, int r, const char *what)
{
	if (reterr)
		reterr->line = csv->line;
	return diag_set(reterr, r, "%s", what);
}

/*
 * Looks what ends a cell at `csv->at`, puts a NUL there and goes behind it.  1
 * when the row goes on, 0 at its end.
 */
static int end_cell(struct csv *csv, char *nul, struct diag *reterr)
{
	char *at = csv->at;

	if (at == csv->end) {
		*nul = '\0';
		return 0;
	}
	if (*at == ',') {
		csv->at++;
		*nul = '\0';
		return 1;
	}
	if (*at == '\r' && at + 1 < csv->end && at[1] == '\n')
		at++;
	if (*at == '\n') {
		csv->at = at + 1;
		csv->line++;
		*nul = '\0';
		return 0;
	}
	if (*at == '\r')
		return refuse(csv, reterr, -E_CSV, "a carriage return without a line feed");
	return refuse(csv, reterr, -E_CSV, "there is something behind the closing quote");
}

static bool is_plain(char c)
{
	return c != ',' && c != '"' && c != '\r' && c != '\n';
}

static int plain_cell(struct csv *csv, size_t *ret_len, struct diag *reterr)
{
	char *cell = csv->at;

	while (csv->at < csv->end && is_plain(*csv->at))
		csv->at++;
	if (csv->at < csv->end && *csv->at == '"')
		return refuse(csv, reterr, -E_CSV,
			      "a quote within a cell that does not begin with one");
	*ret_len = (size_t)(csv->at - cell);
	return end_cell(csv, csv->at, reterr);
}

static int quoted_cell(struct csv *csv, size_t *ret_len, struct diag *reterr)
{
	char *cell = csv->at;
	char *to = cell;
	char *from = cell + 1;
	unsigned line = csv->line;

	for (;; from++) {
		if (from == csv->end) {
			csv->at = csv->end;
			return refuse(csv, reterr, -E_CSV, "a quoted cell does not end");
		}
		if (*from == '"') {
			if (from + 1 == csv->end || from[1] != '"')
				break;
			from++;
		}
		line += *from == '\n';
		*to++ = *from;
	}
	csv->at = from + 1;
	csv->line = line;
	*ret_len = (size_t)(to - cell);
	return end_cell(csv, to, reterr);
}

/* 1 there are more cells, 0 it was the last of its row. */
static int next_cell(struct csv *csv, char **ret, struct diag *reterr)
{
	unsigned line = csv->line;
	size_t len = 0;
	int more, r;

	*ret = csv->at;
	if (csv->at < csv->end && *csv->at == '"')
		more = quoted_cell(csv, &len, reterr);
	else
		more = plain_cell(csv, &len, reterr);
	if (more < 0)
		return more;
	r = len > csv->limits.cell ? -E_TEXT_LONG : text_check(*ret, len, NULL);
	if (r == 0)
		return more;
	if (reterr)
		reterr->line = line;
	diag_set(reterr, r, "a cell %s%s", r == -E_TEXT_ENCODING ? "is " : "", error_text(r));
	/* A row that goes on is skipped to its end; of one that has ended nothing is left. */
	if (more)
		skip_line(csv);
	return r;
}

static bool skip_empty_lines(struct csv *csv)
{
	while (csv->at < csv->end) {
		char *at = csv->at;

		if (*at == '\r' && at + 1 < csv->end)
			at++;
		if (*at != '\n')
			return true;
		csv->at = at + 1;
		csv->line++;
	}
	return false;
}

static int refuse_many(struct csv *csv, struct diag *reterr, size_t max, const char *what)
{
	if (reterr)
		reterr->line = csv->line;
	return diag_set(reterr, -E_CSV, "more than %zu %s", max, what);
}

int csv_next(struct csv *csv, struct csv_row *ret, struct diag *reterr)
{
	size_t count = 0;
	int more = 1;

	if (!skip_empty_lines(csv))
		return 0;
	if (csv->rows++ == csv->limits.rows) {
		csv->at = csv->end;
		return refuse_many(csv, reterr, csv->limits.rows, "rows");
	}
	ret->line = csv->line;
	while (more) {
		if (count == csv->limits.columns) {
			more = refuse_many(csv, reterr, csv->limits.columns, "cells");
			skip_line(csv);
			return more;
		}
		more = next_cell(csv, &csv->cells[count], reterr);
		if (more == -E_CSV)
			skip_line(csv);
		if (more < 0)
			return more;
		count++;
	}
	ret->cells = csv->cells;
	ret->count = count;
	return 1;
}

static void write_cell(struct buf *buf, const char *cell, bool alone)
{
	/* A row of one empty cell would be an empty line; a cell may begin with the mark. */
	bool quotes =
		cell[strcspn(cell, ",\"\r\n")] || (alone && !*cell) || strncmp(cell, bom, 3) == 0;

	if (!quotes) {
		buf_adds(buf, cell);
		return;
	}
	buf_addc(buf, '"');
	for (; *cell; cell++) {
		if (*cell == '"')
			buf_addc(buf, '"');
		buf_addc(buf, *cell);
	}
	buf_addc(buf, '"');
}

void csv_write(struct buf *buf, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_addc(buf, ',');
		write_cell(buf, cells[i] ? cells[i] : "", count == 1);
	}
	buf_adds(buf, "\r\n");
}

char *csv_trim(char *cell)
{
	size_t len;

	cell += strspn(cell, " \t");
	len = strlen(cell);
	while (len && strchr(" \t", cell[len - 1]))
		len--;
	cell[len] = '\0';
	return cell;
}

const char *csv_shown(char *out, size_t max, const char *cell)
{
	size_t len = strnlen(cell, max);

	while (len && ((unsigned char)cell[len] & 0xc0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++)
		out[i] = (unsigned char)cell[i] < 0x20 || cell[i] == 0x7f ? ' ' : cell[i];
	out[len] = '\0';
	return out;
}
