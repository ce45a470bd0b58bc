/* SPDX-License-Identifier: MIT */
#include "fleet/interlock.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "fleet/view.h"

static size_t word_len(const char *s)
{
	return strcspn(s, " ");
}

static const char *word_next(const char *s)
{
	s += word_len(s);
	return s + (*s == ' ');
}

static int word_compare(const char *a, const char *b)
{
	size_t a_len = word_len(a), b_len = word_len(b);
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (int)a_len - (int)b_len;
}

/* "00003" of a handset whose IPUI has been told since: it is not missing, it has a better name. */
static bool is_known_by_now(const struct document *document, const char *word)
{
	size_t low = 0, high = document->handset_count;
	long slot = strtol(word, NULL, 10);

	if (word_len(word) >= IPUI_LEN)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		long there = document->handsets[middle].handset->slot;

		if (there == slot)
			return true;
		if (there < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* How many words there are in `before`, and how many of them are missing now; both sorted. */
static void count_missing(const struct document *document, const char *before, const char *now,
			  unsigned *ret_all, unsigned *ret_missing)
{
	*ret_all = 0;
	*ret_missing = 0;
	for (; *before; before = word_next(before)) {
		while (*now && word_compare(now, before) < 0)
			now = word_next(now);
		*ret_all += 1;
		*ret_missing += (!*now || word_compare(now, before) != 0) &&
				!is_known_by_now(document, before);
	}
}

void interlock_apply(void *mem, const struct config *config, struct view *view,
		     const char *handsets_given)
{
	unsigned mode = config->provisioning.delete_not_provisioned;
	const struct config_guard *guard = &config->provisioning.shrink_guard;
	unsigned all, missing;

	if (mode == DNP_NEVER || view->document.handset_count == 0)
		return;
	if (mode == DNP_AUTO && view->fetch->provisioned_at == 0)
		return;
	count_missing(&view->document, handsets_given, view->handsets, &all, &missing);
	if (missing > guard->count && missing * 100 > guard->percent * all) {
		view->held = true;
		view->notice =
			mem_printf(mem,
				   "DeleteNotProvisionedHS is left out: %u of %u handsets are "
				   "missing, shrink_guard allows %u%% or %u",
				   missing, all, guard->percent, guard->count);
		return;
	}
	view->document.delete_not_provisioned = true;
}
