/* SPDX-License-Identifier: MIT */
/*
 * What becomes of rows is found in the order of devices and told in the order of
 * lines.  Of many the first lines are kept, as of errors (import_error.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "import_part.h"

static int by_line(const void *a, const void *b)
{
	const struct import_told *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

static void drop(struct import_told *told)
{
	json_decref(told->before);
	json_decref(told->after);
}

void import_told_sort(struct import_table *table)
{
	if (table->told_count)
		qsort(table->told, table->told_count, sizeof(*table->told), by_line);
	for (; table->told_count > table->told_max; table->told_count--)
		drop(&table->told[table->told_count - 1]);
}

void import_told_drop(struct import_table *table)
{
	for (size_t i = 0; i < table->told_count; i++)
		drop(&table->told[i]);
	table->told_count = 0;
}

void import_tell(struct import_table *table, const struct import_told *told)
{
	struct import_told *kept;

	table->told_found++;
	if (table->told_max == 0)
		return;
	if (!table->told)
		table->told = mem_array(table->mem, struct import_told, 2 * table->told_max);
	if (table->told_count == 2 * table->told_max)
		import_told_sort(table);
	kept = &table->told[table->told_count++];
	*kept = *told;
	kept->object = mem_strdup(table->mem, told->object);
	json_incref(kept->before);
	json_incref(kept->after);
}

void import_row_told(struct import_part *part, const struct import_row *row, bool is_new,
		     const char *key)
{
	char mac[MAC_LEN + 1];

	if (part->table->told_max == 0) {
		part->table->told_found++;
		return;
	}
	mac_format(row->mac, mac);
	import_tell(part->table,
		    &(struct import_told){
			    .line = row->line,
			    .is_new = is_new,
			    .object = strcmp(key, "device") == 0
					      ? mac
					      : mem_printf(part->change->mem, "%s %s", mac, key),
			    .before = is_new ? NULL : json_object_get(part->before, key),
			    .after = json_object_get(part->after, key),
		    });
}
