/* SPDX-License-Identifier: MIT */
/* The inventory as CSV.  All errors of a file are found at once, so that it needs one correction. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/inventory.h"
#include "render/format.h"

enum { SECRET_LEN_MAX = 64, CELL_MAX = 256, CELL_SHOWN_MAX = 32 };

enum column { COLUMN_MAC, COLUMN_SUFFIX, COLUMN_PRODUCT, COLUMN_SECRET, COLUMNS };

static const struct {
	const char *name;
	enum column column;
} names[] = {
	{"mac", COLUMN_MAC},	     {"mac_id", COLUMN_MAC},	{"mac-id", COLUMN_MAC},
	{"suffix", COLUMN_SUFFIX},   {"secret", COLUMN_SECRET}, {"password", COLUMN_SECRET},
	{"product", COLUMN_PRODUCT},
};

struct reading {
	void *mem;
	struct inventory_file *file;
	enum column order[COLUMNS];
	size_t columns; /* cells that a row has; 0: not known yet */
};

static void complain(struct reading *reading, unsigned line, const char *format, ...) PRINTF(3, 4);
static void complain(struct reading *reading, unsigned line, const char *format, ...)
{
	struct inventory_file *file = reading->file;
	struct inventory_error *error;
	va_list args;

	if (file->errors_found++ >= INVENTORY_ERRORS_MAX)
		return;
	error = mem_push(reading->mem, &file->errors, &file->error_count);
	error->line = line;
	va_start(args, format);
	error->text = mem_vprintf(reading->mem, format, args);
	va_end(args);
}

static const char *shown(char out[CELL_SHOWN_MAX + 1], const char *cell)
{
	return csv_shown(out, CELL_SHOWN_MAX, cell);
}

static int column_find(const char *name, enum column *ret)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcasecmp(names[i].name, name) != 0)
			continue;
		*ret = names[i].column;
		return 1;
	}
	return 0;
}

static void header_read(struct reading *reading, const struct csv_row *row)
{
	char piece[CELL_SHOWN_MAX + 1];
	unsigned has = 0;

	for (size_t i = 0; i < row->count; i++) {
		const char *name = csv_trim(row->cells[i]);

		if (!column_find(name, &reading->order[i])) {
			complain(reading, row->line,
				 "'%s' is neither a MAC nor a column; columns are mac, suffix, "
				 "product, secret",
				 shown(piece, name));
			continue;
		}
		if (has & 1u << reading->order[i])
			complain(reading, row->line, "the column '%s' is there twice",
				 shown(piece, name));
		has |= 1u << reading->order[i];
	}
	if (!(has & 1u << COLUMN_MAC))
		complain(reading, row->line, "there is no column 'mac'");
}

/* The first row tells whether there is a header, and how many cells a row has. */
static bool is_header(struct reading *reading, const struct csv_row *row)
{
	char suffix[MAC_ID_LEN + 1];
	int64_t mac;

	if (reading->columns)
		return false;
	reading->columns = row->count;
	for (size_t i = 0; i < COLUMNS; i++)
		reading->order[i] = (enum column)i;
	if (mac_id_parse(csv_trim(row->cells[0]), &mac, suffix) == 0)
		return false;
	header_read(reading, row);
	return true;
}

/* Words where it is none.  The suffix may stand behind the MAC, in its own cell, or in both. */
static const char *mac_take(char *const cells[COLUMNS], struct inventory_row *row)
{
	char suffix[MAC_ID_LEN + 1];
	const char *told = cells[COLUMN_SUFFIX];
	int r = mac_id_parse(cells[COLUMN_MAC], &row->mac, row->mac_id);
	char text[MAC_LEN + 1 + MAC_ID_LEN + 1];
	int64_t mac;

	if (r < 0)
		return error_text(r);
	if (!told || !*told)
		return NULL;
	if (strlen(told) != MAC_ID_LEN)
		return "a suffix is 4 letters or digits";
	mac_format(row->mac, text);
	text[MAC_LEN] = '-';
	memcpy(text + MAC_LEN + 1, told, MAC_ID_LEN + 1);
	if (mac_id_parse(text, &mac, suffix) < 0)
		return "a suffix is 4 letters or digits";
	if (*row->mac_id && strcmp(row->mac_id, suffix) != 0)
		return "the suffix is another one than that of the MAC-ID";
	memcpy(row->mac_id, suffix, sizeof(suffix));
	return NULL;
}

static bool row_take(struct reading *reading, char *const cells[COLUMNS], struct inventory_row *row)
{
	const char *product = cells[COLUMN_PRODUCT];
	const char *secret = cells[COLUMN_SECRET];
	const size_t found = reading->file->errors_found;
	const char *words = mac_take(cells, row);
	char piece[CELL_SHOWN_MAX + 1];
	int r;

	if (words)
		complain(reading, row->line, "%s", words);
	if (product && *product) {
		const struct product *known = product_find(product);

		row->product = known ? known->name : NULL;
		if (!known)
			complain(reading, row->line, "there is no product '%s'",
				 shown(piece, product));
	}
	if (secret && *secret) {
		r = text_check_line(secret, SECRET_LEN_MAX);
		row->secret = secret;
		if (r < 0)
			complain(reading, row->line, "the secret %s", error_text(r));
	}
	return reading->file->errors_found == found;
}

static void row_read(struct reading *reading, const struct csv_row *from)
{
	char *cells[COLUMNS] = {NULL};
	struct inventory_row row = {.line = from->line};

	if (from->count != reading->columns) {
		complain(reading, from->line,
			 "as many cells as in the first row are expected, %zu; there are %zu",
			 reading->columns, from->count);
		return;
	}
	for (size_t i = 0; i < from->count; i++) {
		enum column column = reading->order[i];

		cells[column] = column == COLUMN_SECRET ? from->cells[i] : csv_trim(from->cells[i]);
	}
	if (row_take(reading, cells, &row))
		*mem_push(reading->mem, &reading->file->rows, &reading->file->count) = row;
}

static int by_mac(const void *a, const void *b)
{
	const struct inventory_row *x = a, *y = b;

	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_line(const void *a, const void *b)
{
	const struct inventory_error *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

/* Sorted by MAC, which also is how a database likes them. */
static void check_doubles(struct reading *reading)
{
	struct inventory_file *file = reading->file;
	size_t first = 0;

	if (file->count)
		qsort(file->rows, file->count, sizeof(*file->rows), by_mac);
	for (size_t i = 1; i < file->count; i++) {
		if (file->rows[i].mac != file->rows[first].mac) {
			first = i;
			continue;
		}
		complain(reading, file->rows[i].line, "the MAC stands in line %u already",
			 file->rows[first].line);
	}
	if (file->error_count)
		qsort(file->errors, file->error_count, sizeof(*file->errors), by_line);
}

struct inventory_file *inventory_read(void *mem, char *text, size_t len)
{
	static const struct csv_limits limits = {INVENTORY_ROWS_MAX + 1, COLUMNS, CELL_MAX};
	struct reading reading = {.mem = mem, .file = mem_new(mem, struct inventory_file)};
	struct csv_row row;
	struct csv csv;
	int r;

	csv_init(mem, &csv, text, len, &limits);
	for (;;) {
		struct diag diag = {0};

		r = csv_next(&csv, &row, &diag);
		if (r == 0)
			break;
		if (r < 0)
			complain(&reading, diag.line, "%s", diag_text(&diag, r));
		else if (!is_header(&reading, &row))
			row_read(&reading, &row);
		else if (reading.file->errors_found)
			return reading.file;
	}
	if (!reading.file->count && !reading.file->errors_found)
		complain(&reading, 1, "there are no rows");
	check_doubles(&reading);
	return reading.file;
}
