/* SPDX-License-Identifier: MIT */
/*
 * A table goes into the fleet in one operation, device by device.  What is
 * added goes through the commands that people use, so that their checks hold;
 * what they would do for each row (audit rows, a device's revision) is done
 * once for all rows of a device.
 */
#include "fleet/import.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "import_part.h"
#include "store/device.h"

/* Rows between two signs of life. */
enum { ROWS_BETWEEN_SIGNS = 256 };

bool import_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool import_same_secret(const struct secret *a, const struct secret *b)
{
	return a && b ? secret_equals(a, b) : !a && !b;
}

static void note(json_t **all, const char *key, const char *field, json_t *value_steal)
{
	json_t *object;

	if (!*all)
		*all = json_object();
	object = json_object_get(*all, key);
	if (!object) {
		object = json_object();
		json_object_set_new(*all, key, object);
	}
	json_object_set_new(object, field, value_steal);
}

bool import_differs(struct import_part *part, const char *key, const char *field, const char *was,
		    const char *now)
{
	if (import_same(was, now))
		return false;
	note(&part->before, key, field, audit_string(was));
	note(&part->after, key, field, audit_string(now));
	return true;
}

bool import_differs_secret(struct import_part *part, const char *key, const char *field,
			   const struct secret *was, const struct secret *now)
{
	if (import_same_secret(was, now))
		return false;
	note(&part->before, key, field, audit_secret(was));
	note(&part->after, key, field, audit_secret(now));
	return true;
}

/* Errnos and what the database says of itself. */
static bool is_ours(int r)
{
	return r >= -E_INTERNAL || r == -E_DB || r == -E_DB_BUSY || r == -E_DB_FULL || r == -E_SEAL;
}

int import_row_failed(struct import_part *part, const struct import_row *row, int r)
{
	if (is_ours(r))
		return r;
	import_complain(part->table, row->line, "%s", diag_text(part->change->diag, r));
	if (part->change->diag)
		*part->change->diag = (struct diag){0};
	return 0;
}

void import_row_done(struct import_part *part)
{
	if (++part->counts->rows % ROWS_BETWEEN_SIGNS)
		return;
	writer_alive(part->change->db);
	if (part->options->goes_on)
		part->options->goes_on(part->options->arg);
}

static int device_rows(struct import_part *part)
{
	int r = part->rows->is_wrong ? 0 : import_device_row(part, part->rows);

	if (r < 0)
		r = import_row_failed(part, part->rows, r);
	import_row_done(part);
	return r;
}

static int part_end(struct import_part *part)
{
	struct change *change = part->change;
	bool is_device = part->table->kind == IMPORT_DEVICES;
	int r = 0;

	if (!part->touched)
		return 0;
	part->counts->devices++;
	/* Writing a device has touched it. */
	if (!is_device)
		r = device_touch(change->db, part->rows->mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	change->is_part = false;
	r = fleet_audit(change,
			mem_printf(change->mem, "%s.import", import_kind_name(part->table->kind)),
			scope_device(change->mem, part->rows->mac), json_incref(part->before),
			json_incref(part->after));
	return r;
}

/* The rows of one device, in memory that goes with it. */
static int part_run(struct import_part *part, const struct change *change)
{
	CLEANUP(mem_freep) void *scratch = mem_root("import");
	int r;

	part->own = *change;
	part->own.mem = scratch;
	part->own.is_part = true;
	part->change = &part->own;
	if (part->table->kind == IMPORT_DEVICES)
		r = device_rows(part);
	else if (part->table->kind == IMPORT_HANDSETS)
		r = import_handset_rows(part);
	else
		r = import_line_rows(part);
	if (r >= 0)
		r = part_end(part);
	json_decref(part->before);
	json_decref(part->after);
	return r < 0 ? r : 0;
}

static size_t rows_of_device(const struct import_table *table, size_t first)
{
	size_t end = first + 1;

	while (end < table->count && table->rows[end].mac == table->rows[first].mac)
		end++;
	return end - first;
}

static int audit_all(struct change *change, const struct import_table *table,
		     const struct import_options *options, const struct import_counts *counts)
{
	if (counts->devices == 0)
		return 0;
	return fleet_audit(
		change, mem_printf(change->mem, "import.%s", import_kind_name(table->kind)),
		"fleet", NULL,
		json_pack("{s:s*, s:I, s:I, s:I, s:I, s:I}", "file", options->file, "rows",
			  (json_int_t)counts->rows, "added", (json_int_t)counts->added, "changed",
			  (json_int_t)counts->changed, "unchanged", (json_int_t)counts->unchanged,
			  "devices", (json_int_t)counts->devices));
}

int fleet_import_table(struct change *change, struct import_table *table,
		       const struct import_options *options, struct import_counts *counts)
{
	int r = import_names_check(change, table);

	for (size_t i = 0; i < table->count && r == 0;) {
		struct import_part part = {.table = table,
					   .options = options,
					   .counts = counts,
					   .rows = &table->rows[i],
					   .count = rows_of_device(table, i)};

		if (part.rows->mac != IMPORT_NO_MAC)
			r = part_run(&part, change);
		i += part.count;
	}
	import_errors_sort(table);
	import_told_sort(table);
	if (r == 0 && table->errors_found)
		r = -E_IMPORT;
	return r < 0 ? r : audit_all(change, table, options, counts);
}
