/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_wanted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "render/document.h"

static void fingerprint(const struct item *item, char out[SECRET_FINGERPRINT_LEN + 1])
{
	struct secret *text = NULL;

	if (item->secret) {
		secret_fingerprint(item->secret, out);
		return;
	}
	text = secret_new(NULL, item->value);
	secret_fingerprint(text, out);
	mem_free(text);
}

static bool is_wanted(const struct item *items, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (items[i].index == ITEM_NO_INDEX && strcmp(items[i].name, name) == 0)
			return true;
	return false;
}

/* The phone had an account from here: it was written one of its items. */
static bool had_account(const struct wpi_item_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].index == ITEM_NO_INDEX && rows[i].writes > 0 &&
		    (strcmp(rows[i].name, "e164") == 0 || strcmp(rows[i].name, "sip-pwd") == 0))
			return true;
	return false;
}

static int by_item(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return item_order(x->name, x->index, y->name, y->index);
}

/* A line that is removed leaves nothing to be written, and the phone its account: unless that is reset. */
static void reset_account(void *mem, const struct wpi_item_row *rows, size_t row_count,
			  struct item **items, size_t *count)
{
	static const struct item resets[] = {
		{.name = "e164", .index = ITEM_NO_INDEX, .value = "NULL"},
		{.name = "registrar-addr", .index = ITEM_NO_INDEX, .value = "NULL"},
	};
	struct item *all = mem_array(mem, struct item, *count + COUNT_OF(resets) + 1);

	if (is_wanted(*items, *count, "e164") || !had_account(rows, row_count))
		return;
	if (*count)
		memcpy(all, *items, *count * sizeof(*all));
	for (size_t i = 0; i < COUNT_OF(resets); i++)
		if (!is_wanted(*items, *count, resets[i].name))
			all[(*count)++] = resets[i];
	qsort(all, *count, sizeof(*all), by_item);
	*items = all;
}

int wpi_wanted_list(void *mem, struct db *db, const struct document *document,
		    struct wpi_wanted **ret, size_t *ret_count, struct diag *reterr)
{
	struct wpi_item_row *rows;
	size_t row_count, n = 0;
	struct item *items;
	int r = item_list(mem, document, &items, ret_count, reterr);

	if (r == 0)
		r = wpi_item_list(mem, db, document->mac, &rows, &row_count);
	if (r < 0)
		return r;
	reset_account(mem, rows, row_count, &items, ret_count);
	*ret = mem_array(mem, struct wpi_wanted, *ret_count + 1);
	/* Both are by index and name. */
	for (size_t i = 0; i < *ret_count; i++) {
		struct wpi_wanted *wanted = &(*ret)[i];
		int c = 1;

		wanted->item = items[i];
		fingerprint(&items[i], wanted->fingerprint);
		while (n < row_count && (c = item_order(rows[n].name, rows[n].index, items[i].name,
							items[i].index)) < 0)
			n++;
		if (n < row_count && c == 0 && strcmp(rows[n].wanted, wanted->fingerprint) == 0)
			wanted->row = &rows[n];
	}
	return 0;
}

bool wpi_wanted_is_refused(const struct wpi_wanted *wanted, const char *firmware)
{
	const struct wpi_item_row *row = wanted->row;

	if (!row || !row->status)
		return false;
	return !row->firmware || !firmware ? row->firmware == firmware
					   : strcmp(row->firmware, firmware) == 0;
}

bool wpi_wanted_is_kept(const struct wpi_wanted *wanted, const struct config *config)
{
	return wanted->row && wanted->row->is_kept &&
	       config->wpi.local_changes == LOCAL_CHANGES_KEEP;
}

struct key {
	const char *name;
	int index;
};

static int by_key(const void *key, const void *member)
{
	const struct key *k = key;
	const struct wpi_wanted *wanted = member;

	return item_order(k->name, k->index, wanted->item.name, wanted->item.index);
}

const struct wpi_wanted *wpi_wanted_find(const struct wpi_wanted *wanted, size_t count,
					 const char *name, int index)
{
	const struct key key = {name, index};

	return count ? bsearch(&key, wanted, count, sizeof(*wanted), by_key) : NULL;
}
