/* SPDX-License-Identifier: MIT */
/* What a document holds in <firmware> and <custom> and has no other place here. */
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/part.h"
#include "import_found.h"

bool import_is_plain_step(const struct read_item *item, const struct read_item *next)
{
	const struct read_item *url = item->params;

	return item->kind == READ_STEP && *item->name && !strchr(item->name, '.') && !item->value &&
	       !(next && next->place == READ_IN_CUSTOM && next->depth > 0) &&
	       (item->param_count == 0 ||
		(item->param_count == 1 && strcmp(url->name, "url") == 0 && *url->value &&
		 strcmp(url->value, "1") != 0));
}

void import_kept_item(struct found *found, const struct read_item *item)
{
	struct found_kept *kept =
		&found->kept[item->place == READ_IN_FIRMWARE ? PART_FIRMWARE : PART_CUSTOM];
	struct part *part = mem_push(found->mem, &kept->parts, &kept->count);
	size_t lines = kept->count - 1;

	part->depth = (int)item->depth;
	part->name = item->kind == READ_STEP ? "step" : item->name;
	part->text = item->value ? secret_new(found->mem, item->value) : NULL;
	if (item->kind == READ_STEP)
		*mem_push(found->mem, &part->attributes, &part->attribute_count) =
			(struct param){"type", item->name, NULL};
	for (size_t i = 0; i < item->param_count; i++)
		*mem_push(found->mem, &part->attributes, &part->attribute_count) =
			(struct param){item->params[i].name, item->params[i].value, NULL};
	*mem_push(found->mem, &kept->lines, &lines) = item->line;
}

int import_kept_put(struct found *found, struct change *change)
{
	int r = 0;

	for (int place = 0; place < PART_PLACES && r >= 0; place++) {
		struct found_kept *kept = &found->kept[place];

		if (kept->count == 0)
			continue;
		r = fleet_parts_set(change, found->import->mac, (enum part_place)place, kept->parts,
				    kept->count);
		if (r == -E_DB || r == -E_DB_FULL || r == -E_SEAL)
			return r;
		for (size_t i = 0; i < kept->count; i++)
			import_note(found, kept->lines[i], r < 0 ? IMPORT_REFUSED : IMPORT_RAW,
				    kept->parts[i].name, r < 0 ? "all of <%s>: %s" : "in <%s>%s",
				    part_place_name((enum part_place)place),
				    r < 0 ? diag_text(change->diag, r) : "");
		if (r < 0 && change->diag)
			*change->diag = (struct diag){0};
		r = 0;
	}
	return r;
}
