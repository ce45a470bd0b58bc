/* SPDX-License-Identifier: MIT */
#include "fleet/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "render/item.h"
#include "render/param.h"
#include "render/pcode.h"
#include "render/read.h"
#include "store/setting.h"

struct entry {
	const char *kind;
	const char *in; /* "": nothing */
	const char *name;
	const char *value; /* never NULL */
	const char *shown; /* without secrets */
	size_t order;	   /* in the document */
};

struct entries {
	void *mem;
	struct entry *entries;
	size_t count;
};

static const char *kind_of(enum read_kind kind)
{
	switch (kind) {
	case READ_OPER:
		return "oper";
	case READ_FILE:
		return "file";
	case READ_STEP:
		return "step";
	case READ_OTHER:
		return "other";
	case READ_PARAM:
	case READ_SYMB_ITEM:
	case READ_SYMBOL:
	case READ_PCODE:
		break;
	}
	return "param";
}

static void add(struct entries *to, const char *kind, const char *in, const char *name,
		const char *value, const char *shown)
{
	struct entry *entry = mem_push(to->mem, &to->entries, &to->count);

	*entry = (struct entry){
		.kind = kind,
		.in = in,
		.name = name,
		.value = value ? value : "",
		.shown = shown ? shown : "",
		.order = to->count,
	};
}

/* Both are the same document, with and without its secrets. */
static void flatten(struct entries *to, const char *in, const struct read_item *items,
		    const struct read_item *shown, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct read_item *item = &items[i];
		const char *name = item->name;

		/* One oper of a name is another than one with another value. */
		if (item->kind == READ_OPER && item->value)
			name = mem_printf(to->mem, "%s %s", name, item->value);
		add(to, kind_of(item->kind), in, name, item->value, shown[i].value);
		if (item->param_count && item->param_count == shown[i].param_count)
			flatten(to, *name ? name : kind_of(item->kind), item->params,
				shown[i].params, item->param_count);
	}
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;
	int order = strcmp(x->kind, y->kind);

	if (order == 0)
		order = strcmp(x->in, y->in);
	if (order == 0)
		order = strcmp(x->name, y->name);
	if (order == 0)
		order = x->order < y->order ? -1 : x->order > y->order;
	return order;
}

static bool is_alike(const struct entry *a, const struct entry *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->in, b->in) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

/* Sorts, and numbers what stands there more than once. */
static void settle(struct entries *entries)
{
	const char *name = NULL;
	unsigned n = 1;

	if (entries->count == 0)
		return;
	qsort(entries->entries, entries->count, sizeof(*entries->entries), by_key);
	for (size_t i = 1; i < entries->count; i++) {
		struct entry *entry = &entries->entries[i];
		struct entry before = entry[-1];

		if (n > 1)
			before.name = name;
		n = is_alike(&before, entry) ? n + 1 : 1;
		name = entry->name;
		if (n > 1)
			entry->name = mem_printf(entries->mem, "%s #%u", name, n);
	}
}

static int write_and_read(void *mem, const struct document *document, bool reveal,
			  struct buf **ret_text, struct read_document **ret, struct diag *reterr)
{
	const struct product *product = product_find(document->product);
	struct read_limits limits = {.depth = 100, .items = SIZE_MAX};
	int r;

	if (!product)
		return -E_PRODUCT_UNKNOWN;
	r = product->format->render(mem, document, reveal, ret_text, reterr);
	if (r < 0)
		return r;
	/* What is no document of a phone that is known has no parameters. */
	if (read_document(mem, (*ret_text)->data, (*ret_text)->len, &limits, ret, NULL) < 0)
		*ret = NULL;
	return 0;
}

/* What a desk phone is to have has no other form than its items. */
static int entries_of_items(struct entries *to, const struct document *document,
			    struct diag *reterr)
{
	struct item *items;
	size_t count;
	int r = item_list(to->mem, document, &items, &count, reterr);

	for (size_t i = 0; i < count && r == 0; i++) {
		const struct item *item = &items[i];

		add(to, "param", "", item_text(to->mem, item->name, item->index),
		    item->secret ? secret_reveal(item->secret) : item->value,
		    item->secret ? RENDER_REDACTED : item->value);
	}
	if (r == 0)
		settle(to);
	return r;
}

static int entries_read(void *mem, const struct document *document, struct entries *ret,
			struct diag *reterr)
{
	struct read_document *real, *shown;
	struct buf *real_text, *shown_text;
	int r;

	*ret = (struct entries){.mem = mem};
	if (!document)
		return 0;
	if (product_is_desk_phone(product_find(document->product)))
		return entries_of_items(ret, document, reterr);
	r = write_and_read(mem, document, true, &real_text, &real, reterr);
	if (r == 0)
		r = write_and_read(mem, document, false, &shown_text, &shown, reterr);
	if (r < 0)
		return r;
	if (!real || !shown || real->item_count != shown->item_count) {
		add(ret, "document", "", document->product, real_text->data, shown_text->data);
		return 0;
	}
	if (real->profile_version)
		add(ret, "file", "", "VERSION", real->profile_version, real->profile_version);
	flatten(ret, "", real->items, shown->items, real->item_count);
	settle(ret);
	return 0;
}

struct differences {
	void *mem;
	bool reveal;
	struct difference *all;
	size_t count;
};

static bool is_secret(const struct entry *entry)
{
	return entry && strcmp(entry->value, entry->shown) != 0;
}

/* Either may be NULL. */
static void compare(struct differences *to, const struct entry *before, const struct entry *after)
{
	const struct entry *any = before ? before : after;
	struct difference *difference;

	if (before && after && strcmp(before->value, after->value) == 0)
		return;
	difference = mem_push(to->mem, &to->all, &to->count);
	difference->kind = any->kind;
	difference->in = *any->in ? any->in : NULL;
	difference->name = any->name;
	difference->is_secret = is_secret(before) || is_secret(after);
	difference->what = pcode_words(to->mem, param_code(any->name));
	if (before)
		difference->before = to->reveal ? before->value : before->shown;
	if (after)
		difference->after = to->reveal ? after->value : after->shown;
}

/* Like by_key(), of two documents: what stands first in one may stand last in the other. */
static int order_of(const struct entry *a, const struct entry *b)
{
	int order = strcmp(a->kind, b->kind);

	if (order == 0)
		order = strcmp(a->in, b->in);
	return order ? order : strcmp(a->name, b->name);
}

static int by_name(const void *a, const void *b)
{
	return order_of(a, b);
}

static void merge(struct differences *to, struct entries *before, struct entries *after)
{
	size_t b = 0, a = 0;

	/* "x #2" may belong before "x y", so the order is not that of settle() any more. */
	if (before->count)
		qsort(before->entries, before->count, sizeof(*before->entries), by_name);
	if (after->count)
		qsort(after->entries, after->count, sizeof(*after->entries), by_name);
	while (b < before->count || a < after->count) {
		int order = b == before->count	? 1
			    : a == after->count ? -1
						: order_of(&before->entries[b], &after->entries[a]);

		compare(to, order <= 0 ? &before->entries[b] : NULL,
			order >= 0 ? &after->entries[a] : NULL);
		b += order <= 0;
		a += order >= 0;
	}
}

const char *difference_change(const struct difference *difference)
{
	if (!difference->before)
		return "added";
	return difference->after ? "changed" : "removed";
}

int diff_documents(void *mem, const struct document *before, const struct document *after,
		   bool reveal, struct difference **ret, size_t *ret_count, struct diag *reterr)
{
	struct differences found = {.mem = mem, .reveal = reveal};
	struct entries old, new;
	int r = entries_read(mem, before, &old, reterr);

	if (r == 0)
		r = entries_read(mem, after, &new, reterr);
	if (r < 0)
		return r;
	merge(&found, &old, &new);
	*ret = found.all;
	*ret_count = found.count;
	return 0;
}

/* Both are in the order of names. */
int diff_scopes(void *mem, struct db *db, const struct device *device,
		struct difference *differences, size_t count)
{
	struct setting *settings;
	size_t setting_count, s = 0;
	int r = scope_resolve(mem, db, device, &settings, &setting_count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		struct difference *difference = &differences[i];
		int order = 1;

		if (strcmp(difference->kind, "param") != 0 || difference->in || !difference->after)
			continue;
		while (s < setting_count &&
		       (order = strcmp(settings[s].name, difference->name)) < 0)
			s++;
		if (s < setting_count && order == 0)
			difference->scope = settings[s].scope;
	}
	return r < 0 ? r : 0;
}
