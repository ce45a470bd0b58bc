/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a table is found in the order of devices, by several
 * looks at it, and told in the order of lines.  Of many errors the first lines
 * are kept: whenever there are twice as many as are told, the later half goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/mem.h"
#include "fleet/import.h"

static int by_line(const void *a, const void *b)
{
	const struct import_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

void import_errors_sort(struct import_table *table)
{
	if (table->error_count)
		qsort(table->errors, table->error_count, sizeof(*table->errors), by_line);
	for (; table->error_count > IMPORT_ERRORS_MAX; table->error_count--)
		mem_free(table->errors[table->error_count - 1].text);
}

void import_complain(struct import_table *table, unsigned line, const char *format, ...)
{
	struct import_error *error;
	va_list args;

	if (!table->errors)
		table->errors = mem_array(table->mem, struct import_error, 2 * IMPORT_ERRORS_MAX);
	if (table->error_count == 2 * IMPORT_ERRORS_MAX)
		import_errors_sort(table);
	error = &table->errors[table->error_count++];
	error->line = line;
	error->number = table->errors_found++;
	va_start(args, format);
	error->text = mem_vprintf(table->mem, format, args);
	va_end(args);
}

const char *import_shown(char out[IMPORT_SHOWN_MAX + 1], const char *cell)
{
	return csv_shown(out, IMPORT_SHOWN_MAX, cell);
}
