/* SPDX-License-Identifier: MIT */
/* Kept as texts that end with a NUL: name, index, status, value of one item after the other. */
#include "fleet/wpi_told.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/item.h"
#include "store/wpi_phone.h"

void wpi_told_add(struct buf *out, const struct wpi_told *item)
{
	buf_add(out, item->name, strlen(item->name) + 1);
	buf_printf(out, "%d", item->index);
	buf_addc(out, '\0');
	buf_add(out, item->status, strlen(item->status) + 1);
	buf_add(out, item->value, strlen(item->value) + 1);
}

static int order(const char *name, int index, const struct wpi_told *item)
{
	return item_order(name, index, item->name, item->index);
}

/* The one that was told last comes first. */
static int by_index_and_name(const void *a, const void *b)
{
	const struct wpi_told *x = *(const struct wpi_told *const *)a;
	const struct wpi_told *y = *(const struct wpi_told *const *)b;
	int r = order(x->name, x->index, y);

	return r ? r : (x < y) - (x > y);
}

/* NULL when there is none any more. */
static const char *next(const char **at, const char *end)
{
	const char *s = *at;
	const char *stop = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;

	if (!stop)
		return NULL;
	*at = stop + 1;
	return s;
}

static void take_apart(void *mem, const char *at, size_t len, struct wpi_told **ret,
		       size_t *ret_count)
{
	const char *end = at + len;
	const char *name, *index, *status, *value;

	while ((name = next(&at, end)) && (index = next(&at, end)) && (status = next(&at, end)) &&
	       (value = next(&at, end)))
		*mem_push(mem, ret, ret_count) = (struct wpi_told){
			.name = name,
			.index = (int)strtol(index, NULL, 10),
			.status = status,
			.value = value,
		};
}

static void sort(void *mem, struct wpi_told **items, size_t *count)
{
	struct wpi_told **sorted = mem_array(mem, struct wpi_told *, *count + 1);
	struct wpi_told *kept = mem_array(mem, struct wpi_told, *count + 1);
	size_t n = 0;

	for (size_t i = 0; i < *count; i++)
		sorted[i] = &(*items)[i];
	qsort(sorted, *count, sizeof(*sorted), by_index_and_name);
	for (size_t i = 0; i < *count; i++)
		if (i == 0 || order(sorted[i]->name, sorted[i]->index, sorted[i - 1]) != 0)
			kept[n++] = *sorted[i];
	*items = kept;
	*count = n;
}

int wpi_told_read(void *mem, struct db *db, int64_t mac, struct wpi_told **ret, size_t *ret_count,
		  int64_t *ret_at)
{
	char *told;
	size_t len;
	int r = wpi_phone_told(mem, db, mac, &told, &len, ret_at);

	*ret = NULL;
	*ret_count = 0;
	if (r <= 0)
		return r;
	take_apart(mem, told, len, ret, ret_count);
	sort(mem, ret, ret_count);
	return 1;
}

struct key {
	const char *name;
	int index;
};

static int by_key(const void *key, const void *member)
{
	const struct key *k = key;

	return order(k->name, k->index, member);
}

const struct wpi_told *wpi_told_find(const struct wpi_told *items, size_t count, const char *name,
				     int index)
{
	const struct key key = {name, index};

	return count ? bsearch(&key, items, count, sizeof(*items), by_key) : NULL;
}
