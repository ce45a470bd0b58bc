/* SPDX-License-Identifier: MIT */
#include "ctl/table.h"

#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/mem.h"

enum { GAP = 2 };

struct row {
	bool bold;
	const char **cells;
};

struct ctl_table {
	size_t columns;
	size_t *widths;
	struct row *rows;
	size_t count;
	void *cells; /* the strings of the rows that are gathered */
};

struct ctl_table *ctl_table_new(void *mem, size_t columns)
{
	struct ctl_table *table = mem_new(mem, struct ctl_table);

	table->columns = columns;
	table->widths = mem_array(table, size_t, columns);
	table->cells = mem_alloc(table, 0);
	return table;
}

/* Columns of a terminal; a byte that is no character of this locale counts as one. */
static size_t width_of(const char *s)
{
	const char *end = s + strlen(s);
	mbstate_t state = {0};
	size_t width = 0;

	while (*s) {
		wchar_t c;
		size_t n = mbrtowc(&c, s, (size_t)(end - s), &state);
		int w;

		if (n == (size_t)-1 || n == (size_t)-2) {
			memset(&state, 0, sizeof(state));
			width += ((unsigned char)*s & 0xc0) != 0x80;
			s++;
			continue;
		}
		w = wcwidth(c);
		width += w > 0 ? (size_t)w : 0;
		s += n;
	}
	return width;
}

void ctl_defuse(char *text)
{
	for (char *c = text; *c; c++) {
		unsigned char byte = (unsigned char)*c;

		if (byte < 0x20 || byte == 0x7f)
			*c = '?';
		else if (byte == 0xc2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
}

static const char *plain(void *mem, const char *s)
{
	char *copy = mem_strdup(mem, s && *s ? s : "-");

	ctl_defuse(copy);
	return copy;
}

static void row_add(struct ctl_table *table, const char *const *cells, bool bold)
{
	struct row *row;

	table->rows = mem_grow(table, table->rows, sizeof(*table->rows), table->count + 1);
	row = &table->rows[table->count++];
	row->bold = bold;
	row->cells = mem_array(table->cells, const char *, table->columns);
	for (size_t i = 0; i < table->columns; i++) {
		size_t width;

		row->cells[i] = plain(table->cells, cells[i]);
		width = width_of(row->cells[i]);
		if (width > table->widths[i])
			table->widths[i] = width;
	}
}

void ctl_table_head(struct ctl_table *table, const char *const *cells, bool bold)
{
	row_add(table, cells, bold);
}

void ctl_table_row(struct ctl_table *table, const char *const *cells)
{
	row_add(table, cells, false);
}

void ctl_table_print(struct ctl_table *table, struct buf *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		if (row->bold)
			buf_adds(out, "\033[1m");
		for (size_t j = 0; j < table->columns; j++) {
			buf_adds(out, row->cells[j]);
			if (j + 1 == table->columns)
				break;
			for (size_t n = width_of(row->cells[j]); n < table->widths[j] + GAP; n++)
				buf_addc(out, ' ');
		}
		if (row->bold)
			buf_adds(out, "\033[0m");
		buf_addc(out, '\n');
	}
	table->count = 0;
	mem_free(table->cells);
	table->cells = mem_alloc(table, 0);
}
