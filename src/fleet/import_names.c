/* SPDX-License-Identifier: MIT */
#include "import_names.h"

#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { SIZE_FIRST = 16 };

struct import_names_slot {
	const char *name; /* NULL: free */
	size_t at;
};

static uint64_t hash_of(const char *name)
{
	uint64_t hash = hash_text(name);

	return hash ^ hash >> 29;
}

/* Of that name, or the free one where it belongs. */
static struct import_names_slot *slot_of(const struct import_names *names, const char *name)
{
	size_t i = hash_of(name) & (names->size - 1);

	while (names->slots[i].name && strcmp(names->slots[i].name, name) != 0)
		i = (i + 1) & (names->size - 1);
	return &names->slots[i];
}

static void grow(void *mem, struct import_names *names)
{
	struct import_names larger = {.size = names->size ? 2 * names->size : SIZE_FIRST,
				      .count = names->count};

	larger.slots = mem_array(mem, struct import_names_slot, larger.size);
	for (size_t i = 0; i < names->size; i++)
		if (names->slots[i].name)
			*slot_of(&larger, names->slots[i].name) = names->slots[i];
	mem_free(names->slots);
	*names = larger;
}

bool import_names_put(void *mem, struct import_names *names, const char *name, size_t at,
		      size_t *ret)
{
	struct import_names_slot *slot;

	if (2 * names->count >= names->size)
		grow(mem, names);
	slot = slot_of(names, name);
	if (slot->name) {
		*ret = slot->at;
		return true;
	}
	*slot = (struct import_names_slot){name, at};
	names->count++;
	*ret = at;
	return false;
}

bool import_names_has(const struct import_names *names, const char *name)
{
	return names->size && slot_of(names, name)->name;
}
