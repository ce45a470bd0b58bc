/* SPDX-License-Identifier: MIT */
/* Tables as CSV: what can be told to be wrong without the fleet, all at once. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/csv.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/import.h"
#include "store/handset.h"

enum { CELL_BYTES_MAX = 1024 };

static const char *const names[CELLS] = {
	[CELL_MAC] = "mac",	      [CELL_SLOT] = "slot",	  [CELL_IPUI] = "ipui",
	[CELL_NAME] = "name",	      [CELL_PRODUCT] = "product", [CELL_GROUP] = "group",
	[CELL_PIN] = "pin",	      [CELL_USER] = "user",	  [CELL_AUTH] = "auth",
	[CELL_DISPLAY] = "display",   [CELL_SIP] = "sip",	  [CELL_SECRET] = "secret",
	[CELL_PASSWORD] = "password", [CELL_LOCKED] = "locked",
};

static const enum import_cell device_columns[] = {
	CELL_MAC,  CELL_PRODUCT, CELL_GROUP,	CELL_NAME,
	CELL_USER, CELL_LOCKED,	 CELL_PASSWORD, CELL_SECRET,
};
static const enum import_cell handset_columns[] = {
	CELL_MAC,  CELL_SLOT,	 CELL_IPUI, CELL_NAME, CELL_USER,
	CELL_AUTH, CELL_DISPLAY, CELL_SIP,  CELL_PIN,  CELL_PASSWORD,
};
static const enum import_cell line_columns[] = {
	CELL_MAC, CELL_SLOT, CELL_USER, CELL_AUTH, CELL_DISPLAY, CELL_SIP, CELL_PASSWORD,
};

static const struct {
	const char *name;
	const enum import_cell *columns;
	size_t count;
	/* A column that only this kind has. */
	unsigned own;
} kinds[IMPORT_KINDS] = {
	[IMPORT_DEVICES] = {"devices", device_columns, COUNT_OF(device_columns),
			    1u << CELL_PRODUCT | 1u << CELL_GROUP | 1u << CELL_SECRET |
				    1u << CELL_LOCKED},
	[IMPORT_HANDSETS] = {"handsets", handset_columns, COUNT_OF(handset_columns),
			     1u << CELL_IPUI | 1u << CELL_PIN},
	[IMPORT_LINES] = {"lines", line_columns, COUNT_OF(line_columns), 0},
};

struct reading {
	struct import_table *table;
	enum import_cell order[CELLS];
	size_t columns;
};

const char *import_kind_name(enum import_kind kind)
{
	return kind < IMPORT_KINDS ? kinds[kind].name : NULL;
}

int import_kind_find(const char *name, enum import_kind *ret)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		*ret = (enum import_kind)i;
		return 1;
	}
	return 0;
}

const enum import_cell *import_columns(enum import_kind kind, size_t *ret_count)
{
	*ret_count = kinds[kind].count;
	return kinds[kind].columns;
}

const char *import_cell_name(enum import_cell cell)
{
	return names[cell];
}

bool import_cell_is_secret(enum import_cell cell)
{
	return cell == CELL_SECRET || cell == CELL_PASSWORD || cell == CELL_PIN;
}

/* Any number of ', then what makes a spreadsheet think of a formula. */
static bool is_guarded(const char *cell)
{
	cell += strspn(cell, "'");
	return *cell && strchr("=+-@\t\r", *cell);
}

const char *import_cell_guard(void *mem, const char *cell)
{
	return cell && is_guarded(cell) ? mem_printf(mem, "'%s", cell) : cell;
}

char *import_cell_unguard(char *cell)
{
	return *cell == '\'' && is_guarded(cell) ? cell + 1 : cell;
}

static int cell_find(const char *name, enum import_cell *ret)
{
	for (size_t i = 0; i < CELLS; i++) {
		if (strcasecmp(names[i], name) != 0)
			continue;
		*ret = (enum import_cell)i;
		return 1;
	}
	return 0;
}

static unsigned columns_mask(enum import_kind kind)
{
	unsigned mask = 0;

	for (size_t i = 0; i < kinds[kind].count; i++)
		mask |= 1u << kinds[kind].columns[i];
	return mask;
}

static const char *columns_text(void *mem, enum import_kind kind)
{
	char *text = mem_strdup(mem, "mac");

	for (size_t i = 1; i < kinds[kind].count; i++)
		text = mem_printf(mem, "%s, %s", text, names[kinds[kind].columns[i]]);
	return text;
}

/* Which kind has these columns, where only one can be meant. */
static void kind_guess(struct reading *reading, unsigned line, unsigned has)
{
	struct import_table *table = reading->table;
	unsigned found = 0;

	for (size_t i = 0; i < IMPORT_KINDS; i++) {
		if (!(has & kinds[i].own))
			continue;
		table->kind = (enum import_kind)i;
		found++;
	}
	if (!found && has & 1u << CELL_SLOT && !(has & ~columns_mask(IMPORT_LINES))) {
		table->kind = IMPORT_LINES;
		found = 1;
	}
	if (found != 1)
		import_complain(table, line,
				"the header does not tell whether these are devices, handsets or "
				"lines; say it: --kind KIND");
}

static unsigned header_cells(struct reading *reading, const struct csv_row *row)
{
	struct import_table *table = reading->table;
	char piece[IMPORT_SHOWN_MAX + 1];
	unsigned has = 0;

	for (size_t i = 0; i < row->count; i++) {
		const char *name = csv_trim(row->cells[i]);

		if (!cell_find(name, &reading->order[i])) {
			import_complain(table, row->line, "there is no column '%s'",
					import_shown(piece, name));
			continue;
		}
		if (has & 1u << reading->order[i])
			import_complain(table, row->line, "the column '%s' is there twice", name);
		has |= 1u << reading->order[i];
	}
	return has;
}

static void header_read(struct reading *reading, const struct csv_row *row)
{
	struct import_table *table = reading->table;
	unsigned has = header_cells(reading, row);

	reading->columns = row->count;
	if (table->kind == IMPORT_KINDS && !table->errors_found)
		kind_guess(reading, row->line, has);
	if (table->kind == IMPORT_KINDS)
		return;
	if (has & ~columns_mask(table->kind) || table->errors_found)
		import_complain(table, row->line, "columns of %s are %s", kinds[table->kind].name,
				columns_text(table->mem, table->kind));
	if (!(has & 1u << CELL_MAC))
		import_complain(table, row->line, "there is no column 'mac'");
	if (table->kind == IMPORT_LINES && !(has & 1u << CELL_SLOT))
		import_complain(table, row->line, "there is no column 'slot'");
	if (table->kind == IMPORT_HANDSETS && !(has & (1u << CELL_SLOT | 1u << CELL_IPUI)))
		import_complain(table, row->line,
				"there is no column 'ipui' and none 'slot'; handsets are known by "
				"one of them");
}

static bool is_set(const struct import_row *row, enum import_cell cell)
{
	return row->cells[cell] && *row->cells[cell];
}

static void keys_take(struct import_table *table, struct import_row *row)
{
	size_t errors = table->errors_found;
	uint64_t slot = 0;
	int r = mac_parse(row->cells[CELL_MAC], &row->mac);

	if (r < 0) {
		import_complain(table, row->line, "%s", error_text(r));
		row->mac = IMPORT_NO_MAC;
	}
	r = is_set(row, CELL_IPUI) ? ipui_parse(row->cells[CELL_IPUI], row->ipui) : 0;
	if (r < 0)
		import_complain(table, row->line, "%s", error_text(r));
	if (is_set(row, CELL_SLOT) &&
	    (!text_to_uint(row->cells[CELL_SLOT], HANDSET_SLOT_MAX, &slot) || slot == 0))
		import_complain(table, row->line, "a slot is 1 to %d", HANDSET_SLOT_MAX);
	row->slot = (int)slot;
	if (table->kind == IMPORT_HANDSETS && !is_set(row, CELL_SLOT) && !is_set(row, CELL_IPUI))
		import_complain(table, row->line, "a handset needs its IPUI or its slot");
	if (table->kind == IMPORT_LINES && !is_set(row, CELL_SLOT))
		import_complain(table, row->line, "a line needs its slot");
	if (is_set(row, CELL_LOCKED) && strcmp(row->cells[CELL_LOCKED], "yes") != 0 &&
	    strcmp(row->cells[CELL_LOCKED], "no") != 0)
		import_complain(table, row->line, "locked is yes or no");
	row->is_wrong = table->errors_found > errors;
}

static void row_read(struct reading *reading, const struct csv_row *from)
{
	struct import_table *table = reading->table;
	struct import_row row = {.line = from->line};

	if (from->count != reading->columns) {
		import_complain(table, from->line,
				"as many cells as in the header are expected, %zu; there are %zu",
				reading->columns, from->count);
		return;
	}
	for (size_t i = 0; i < from->count; i++) {
		enum import_cell cell = reading->order[i];
		bool is_key = cell <= CELL_IPUI || cell == CELL_LOCKED;

		row.cells[cell] =
			is_key ? csv_trim(from->cells[i]) : import_cell_unguard(from->cells[i]);
		if (!import_cell_is_secret(cell))
			continue;
		row.keeps[cell] = strcmp(row.cells[cell], IMPORT_KEEP) == 0;
		if (row.keeps[cell] || !*row.cells[cell])
			row.cells[cell] = NULL;
	}
	keys_take(table, &row);
	*mem_push(table->mem, &table->rows, &table->count) = row;
}

static int by_mac(const void *a, const void *b)
{
	const struct import_row *x = a, *y = b;

	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_ipui(const void *a, const void *b)
{
	const struct import_row *x = *(const struct import_row *const *)a;
	const struct import_row *y = *(const struct import_row *const *)b;
	int order = strcmp(x->ipui, y->ipui);

	if (order)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int by_slot(const void *a, const void *b)
{
	const struct import_row *x = *(const struct import_row *const *)a;
	const struct import_row *y = *(const struct import_row *const *)b;

	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot - y->slot;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void double_tell(struct import_table *table, struct import_row *row,
			const struct import_row *before, const char *what)
{
	import_complain(table, row->line, "%s stands in line %u already", what, before->line);
	row->is_wrong = true;
}

/* The same device, IPUI or slot in two rows: which of them should it be? */
static void check_doubles(struct import_table *table)
{
	CLEANUP(mem_freep) void *scratch = mem_root("doubles");
	struct import_row **sorted = mem_array(scratch, struct import_row *, table->count + 1);
	size_t count = 0;

	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].mac != IMPORT_NO_MAC)
			sorted[count++] = &table->rows[i];
	for (size_t i = 1; table->kind == IMPORT_DEVICES && i < count; i++)
		if (sorted[i]->mac == sorted[i - 1]->mac)
			double_tell(table, sorted[i], sorted[i - 1], "the device");
	if (table->kind == IMPORT_DEVICES || count == 0)
		return;
	qsort(sorted, count, sizeof(struct import_row *), by_ipui);
	for (size_t i = 1; i < count; i++)
		if (sorted[i]->ipui[0] && strcmp(sorted[i]->ipui, sorted[i - 1]->ipui) == 0)
			double_tell(table, sorted[i], sorted[i - 1], "the IPUI");
	qsort(sorted, count, sizeof(struct import_row *), by_slot);
	for (size_t i = 1; i < count; i++)
		if (sorted[i]->slot && sorted[i]->slot == sorted[i - 1]->slot &&
		    sorted[i]->mac == sorted[i - 1]->mac)
			double_tell(table, sorted[i], sorted[i - 1], "the device's slot");
}

/* Spreadsheets of some countries divide by what no header here has; true when told. */
static bool tell_other_divider(struct import_table *table, const char *text)
{
	size_t blank = strspn(text, "\r\n\xef\xbb\xbf");
	size_t len = strcspn(text + blank, "\r\n");
	char divider;

	text += blank;
	if (memchr(text, ',', len))
		return false;
	divider = memchr(text, ';', len) ? ';' : memchr(text, '\t', len) ? '\t' : ',';
	if (divider == ',')
		return false;
	import_complain(table, 1,
			"the columns are divided by %s; save the table with commas between them",
			divider == ';' ? "semicolons" : "tabs");
	return true;
}

/* Without a header that says what is what, nothing is worth reading. */
static bool header_next(struct reading *reading, struct csv *csv)
{
	struct diag diag = {0};
	struct csv_row row;
	int r = csv_next(csv, &row, &diag);

	if (r < 0)
		import_complain(reading->table, diag.line, "%s", diag_text(&diag, r));
	else if (r == 0)
		import_complain(reading->table, 1, "there is no header row");
	else
		header_read(reading, &row);
	return reading->table->errors_found == 0;
}

struct import_table *import_table_read(void *mem, char *text, size_t len, enum import_kind kind,
				       size_t rows_max)
{
	struct csv_limits limits = {rows_max + 1, CELLS, CELL_BYTES_MAX};
	struct import_table *table = mem_new(mem, struct import_table);
	struct reading reading = {.table = table};
	struct csv_row row;
	struct csv csv;
	int r;

	table->mem = mem;
	table->kind = kind;
	csv_init(mem, &csv, text, len, &limits);
	if (tell_other_divider(table, text) || !header_next(&reading, &csv))
		return table;
	for (;;) {
		struct diag diag = {0};

		r = csv_next(&csv, &row, &diag);
		if (r == 0)
			break;
		if (r < 0)
			import_complain(table, diag.line, "%s", diag_text(&diag, r));
		else
			row_read(&reading, &row);
	}
	if (csv.rows > limits.rows)
		import_complain(table, row.line,
				"[limits] max_import_rows is %zu, since all others wait while rows "
				"are written: divide the table",
				rows_max);
	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows), by_mac);
	check_doubles(table);
	import_errors_sort(table);
	return table;
}
