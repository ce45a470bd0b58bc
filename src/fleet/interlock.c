/* SPDX-License-Identifier: MIT */
#include "fleet/interlock.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/released.h"
#include "fleet/view.h"
#include "render/format.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of a document's handsets, in order. */
static const char **keys_of(void *mem, const struct document *document)
{
	const char **keys = mem_array(mem, const char *, document->handset_count + 1);

	for (size_t i = 0; i < document->handset_count; i++)
		keys[i] = handset_key(document->handsets[i].handset,
				      mem_array(keys, char, IPUI_LEN + 1));
	qsort(keys, document->handset_count, sizeof(*keys), by_text);
	return keys;
}

static bool has_key(const char *const *keys, size_t count, const char *key)
{
	return bsearch(&key, keys, count, sizeof(*keys), by_text) != NULL;
}

static int by_slot(const void *key, const void *member)
{
	const struct document_handset *handset = member;

	return *(const int *)key - handset->handset->slot;
}

static const struct handset *find_slot(const struct document *document, int slot)
{
	const struct document_handset *member = NULL;

	if (document->handset_count > 0)
		member = bsearch(&slot, document->handsets, document->handset_count,
				 sizeof(*document->handsets), by_slot);
	return member ? member->handset : NULL;
}

/* Is the first word of `words` before the key, the key, or behind it? */
static int word_order(const char *words, const char *key)
{
	size_t len = strcspn(words, " ");
	int order = strncmp(words, key, len);

	return order == 0 && key[len] ? -1 : order;
}

/* How many of the keys are among the words; both in order. */
static unsigned count_words(const char *const *keys, size_t count, const char *words)
{
	unsigned found = 0;

	for (size_t i = 0; i < count && *words; i++) {
		int order = -1;

		while (*words && (order = word_order(words, keys[i])) < 0) {
			words += strcspn(words, " ");
			words += *words == ' ';
		}
		found += *words && order == 0;
	}
	return found;
}

static const char *join(void *mem, const char *const *words, size_t count)
{
	struct buf *buf = buf_new(mem);

	for (size_t i = 0; i < count; i++)
		buf_printf(buf, "%s%s", i ? " " : "", words[i]);
	return buf->data;
}

void shrink_count(void *mem, const struct document *before, const struct document *now,
		  const char *acknowledged, struct shrink *ret)
{
	const char **keys = keys_of(mem, now);
	const char **missing = mem_array(mem, const char *, before->handset_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < before->handset_count; i++) {
		const struct handset *handset = before->handsets[i].handset;
		const char *key = handset_key(handset, mem_array(mem, char, IPUI_LEN + 1));

		/* One that was known by its slot has got its IPUI meanwhile. */
		if (!has_key(keys, now->handset_count, key) &&
		    (handset->ipui[0] || !find_slot(now, handset->slot)))
			missing[count++] = key;
	}
	qsort(missing, count, sizeof(*missing), by_text);
	ret->all = (unsigned)before->handset_count;
	ret->missing = (unsigned)count;
	ret->acknowledged = acknowledged ? count_words(missing, count, acknowledged) : 0;
	ret->handsets = join(mem, missing, count);
}

bool shrink_trips(const struct config_guard *guard, const struct shrink *shrink)
{
	unsigned all = shrink->all - shrink->acknowledged;
	unsigned missing = shrink->missing - shrink->acknowledged;

	return missing > guard->count && missing * 100 > guard->percent * all;
}

/*
 * Is it a removal of a handset that the body adds?  One that the body knows by
 * its slot may have got an IPUI before it was removed.
 */
static bool is_held_back(const struct operation *operation, const struct document *base,
			 const char *const *keys, int64_t given_at)
{
	const struct handset *handset;

	if (operation->kind != OPERATION_REMOVE_HANDSET)
		return false;
	if (has_key(keys, base->handset_count, operation->ipui))
		return true;
	handset = find_slot(base, operation->slot);
	return handset && !handset->ipui[0] && operation->created_at > given_at;
}

/* The body is that of `base`, the operations are those of now. */
static void give_again(void *mem, struct view *view, const struct document *base)
{
	struct document *wanted = mem_memdup(mem, &view->document, sizeof(view->document));
	const char **keys = keys_of(mem, base);

	view->wanted = wanted;
	view->document = *base;
	view->document.delete_not_provisioned = false;
	view->document.operations = NULL;
	view->document.operation_count = 0;
	for (size_t i = 0; i < wanted->operation_count; i++)
		if (!is_held_back(&wanted->operations[i], base, keys, view->released->given_at))
			*mem_push(mem, &view->document.operations,
				  &view->document.operation_count) = wanted->operations[i];
}

static void hold(void *mem, const struct config_guard *guard, struct view *view,
		 const struct document *base, const struct shrink *shrink)
{
	char mac[MAC_LEN + 1];

	mac_format(view->document.mac, mac);
	view->held.mac = view->document.mac;
	view->held.at = view->released->held.at ? view->released->held.at : view->at;
	view->held.missing = shrink->missing;
	view->held.all = shrink->all;
	view->held.handsets = shrink->handsets;
	view->notice = mem_printf(mem,
				  "the shrink guard holds this device's document back: %u of %u "
				  "handsets that it has are missing, shrink_guard allows %u%% or "
				  "%u; it is given what it had; if they are to go: gigaprovctl "
				  "acknowledge %s",
				  shrink->missing, shrink->all, guard->percent, guard->count, mac);
	give_again(mem, view, base);
}

/* A document of another format is for another device in the old one's place. */
static bool is_comparable(const struct document *a, const struct document *b)
{
	const struct product *before = product_find(a->product);
	const struct product *now = product_find(b->product);

	return before && now && before->format == now->format;
}

static bool hold_if(void *mem, const struct config_guard *guard, struct view *view,
		    const struct document *base)
{
	const char *acknowledged = view->released->acknowledged;
	struct shrink shrink;

	if (!base || !is_comparable(base, &view->document))
		return false;
	shrink_count(mem, base, &view->document, acknowledged, &shrink);
	if (shrink.acknowledged > 0)
		view->acknowledged_over = false;
	if (!shrink_trips(guard, &shrink))
		return false;
	hold(mem, guard, view, base, &shrink);
	return true;
}

static bool may_delete_not_provisioned(const struct config *config, const struct view *view)
{
	unsigned mode = config->provisioning.delete_not_provisioned;

	if (mode == DNP_NEVER || view->document.handset_count == 0)
		return false;
	if (view->fetch->provisioned_at == 0)
		return mode == DNP_ALWAYS;
	/* A phone that was taken over has handsets that nobody has told us of yet. */
	return view->released && (mode == DNP_ALWAYS || (view->released->given &&
							 view->released->given->handset_count > 0));
}

void interlock_apply(void *mem, const struct config *config, struct view *view)
{
	const struct config_guard *guard = &config->provisioning.shrink_guard;
	const struct released *released = view->released;

	if (released) {
		view->acknowledged_over = released->acknowledged != NULL;
		if (hold_if(mem, guard, view, released->given) ||
		    hold_if(mem, guard, view, released->offered))
			return;
	}
	view->document.delete_not_provisioned = may_delete_not_provisioned(config, view);
}
