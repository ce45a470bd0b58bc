/* SPDX-License-Identifier: MIT */
/*
 * Names in a table that have to be known before a row can be written.  They are
 * looked for in every row, also in those with other errors, so that one reading
 * tells all of them.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "import_part.h"
#include "render/format.h"
#include "store/group.h"
#include "store/sip_server.h"

/* Names as people write them ("N870") become ours. */
static int product_look(struct change *change, void *mem, struct import_row *row)
{
	const char *name = row->cells[CELL_PRODUCT];
	const struct product *product = NULL;

	(void)change, (void)mem;
	while ((product = product_next(product)) != NULL) {
		if (strcasecmp(product->name, name) != 0)
			continue;
		row->cells[CELL_PRODUCT] = product->name;
		return 1;
	}
	return 0;
}

static int group_look(struct change *change, void *mem, struct import_row *row)
{
	struct group *group;

	return group_find(mem, change->db, row->cells[CELL_GROUP], &group);
}

static int sip_look(struct change *change, void *mem, struct import_row *row)
{
	struct sip_server *server;

	return sip_server_find(mem, change->db, row->cells[CELL_SIP], &server);
}

static const struct {
	enum import_cell cell;
	int (*look)(struct change *change, void *mem, struct import_row *row);
	const char *what;
	const char *make; /* NULL: it cannot be made */
} looks[] = {
	{CELL_PRODUCT, product_look, "product", NULL},
	{CELL_GROUP, group_look, "group", "group add"},
	{CELL_SIP, sip_look, "SIP server", "sip add"},
};

static void tell(struct import_table *table, struct import_row *row, size_t i)
{
	char piece[IMPORT_SHOWN_MAX + 1];
	const char *name = import_shown(piece, row->cells[looks[i].cell]);

	if (looks[i].make)
		import_complain(table, row->line,
				"there is no %s '%s'; make it with: gigaprovctl %s '%s'",
				looks[i].what, name, looks[i].make, name);
	else
		import_complain(table, row->line, "there is no %s '%s'", looks[i].what, name);
	row->is_wrong = true;
}

int import_names_check(struct change *change, struct import_table *table)
{
	CLEANUP(mem_freep) void *scratch = mem_root("names");
	const char *known[COUNT_OF(looks)] = {NULL};

	for (size_t at = 0; at < table->count; at++) {
		struct import_row *row = &table->rows[at];

		for (size_t i = 0; i < COUNT_OF(looks); i++) {
			const char *name = import_text(row->cells[looks[i].cell]);
			int r;

			if (!name || (looks[i].cell != CELL_PRODUCT && known[i] &&
				      strcmp(known[i], name) == 0))
				continue;
			r = looks[i].look(change, scratch, row);
			mem_empty(scratch);
			if (r < 0)
				return r;
			if (r == 0)
				tell(table, row, i);
			else
				known[i] = name;
		}
	}
	return 0;
}
