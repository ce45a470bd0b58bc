/* SPDX-License-Identifier: MIT */
#include "fleet/lifecycle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/db.h"
#include "fleet/version.h"
#include "render/format.h"
#include "store/rendition.h"

/* The first firmware that knows delete_hs. */
#define DELETE_SINCE "2.36"

const char *handset_state_name(enum handset_state state)
{
	static const char *const names[] = {"moving", "to_register", "registered", "removing",
					    "gone"};

	return names[state];
}

enum handset_state handset_state(const struct handset *handset)
{
	if (handset->waits_mac)
		return HANDSET_MOVING;
	return handset->registered_at ? HANDSET_REGISTERED : HANDSET_TO_REGISTER;
}

enum handset_state removal_state(const struct operation *removal, int64_t at)
{
	return removal->until_at && removal->until_at <= at ? HANDSET_GONE : HANDSET_REMOVING;
}

enum operation_mode removal_mode(const struct device *device)
{
	return version_is(device->firmware) && version_compare(device->firmware, DELETE_SINCE) < 0
		       ? OPERATION_DEREGISTER
		       : OPERATION_DELETE;
}

int64_t device_handsets_max(const struct device *device)
{
	const struct product *product = device->product ? product_find(device->product) : NULL;

	if (!product || product->handsets_max == 0)
		return 0;
	return device->capacity > 0 ? device->capacity : product->handsets_max;
}

struct word {
	const char *s;
	size_t len;
};

static int compare(const void *left, const void *right)
{
	const struct word *a = left, *b = right;
	int order = memcmp(a->s, b->s, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Words are sorted already, as the view puts them. */
static struct word *words_of(void *scratch, const char *s, size_t *ret_count)
{
	struct word *words = NULL;

	*ret_count = 0;
	while (*s) {
		struct word *word = mem_push(scratch, &words, ret_count);

		word->s = s;
		word->len = strcspn(s, " ");
		s += word->len + (s[word->len] == ' ');
	}
	return words;
}

static int mark_added(void *scratch, struct db *db, int64_t mac, int64_t at)
{
	struct handset *handsets;
	struct word *words;
	size_t count, word_count;
	char *given;
	int r = handset_list_new(scratch, db, mac, &handsets, &count);

	if (r < 0 || count == 0)
		return r;
	r = rendition_handsets_given(scratch, db, mac, &given);
	if (r < 0)
		return r;
	words = words_of(scratch, given, &word_count);
	for (size_t i = 0; i < count && r == 0; i++) {
		char key[IPUI_LEN + 1];
		struct word word = {handset_key(&handsets[i], key), 0};

		word.len = strlen(key);
		if (handsets[i].waits_mac || !words ||
		    !bsearch(&word, words, word_count, sizeof(word), compare))
			continue;
		handsets[i].added_at = at;
		handsets[i].registered_at = handsets[i].ipui[0] ? at : 0;
		r = handset_update(db, &handsets[i]);
	}
	return r;
}

int lifecycle_waits(void *scratch, struct db *db, const char *ipui, int64_t mac, int64_t without,
		    int64_t *ret)
{
	struct operation *removals;
	char *words;
	size_t count;
	int r = operation_list_removals(scratch, db, ipui, &removals, &count);

	*ret = 0;
	for (size_t i = 0; i < count && r == 0 && *ret == 0; i++) {
		int64_t other = removals[i].mac;

		if (removals[i].carried_at || other == mac || other == without)
			continue;
		/* A device that never heard of it needs not forget it first. */
		r = rendition_handsets_known(scratch, db, other, &words);
		if (r == 0 && strstr(words, ipui))
			*ret = other;
	}
	return r;
}

int lifecycle_release(void *scratch, struct db *db, int64_t mac, bool is_leaving)
{
	struct handset *handsets;
	size_t count;
	int r = handset_list_waiting(scratch, db, mac, &handsets, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		struct handset *handset = &handsets[i];

		r = lifecycle_waits(scratch, db, handset->ipui, handset->mac, is_leaving ? mac : 0,
				    &handset->waits_mac);
		if (r < 0 || handset->waits_mac == mac)
			continue;
		r = handset_update(db, handset);
		if (r == 0)
			r = device_touch(db, handset->mac);
	}
	return r;
}

int lifecycle_given(void *scratch, struct db *db, int64_t mac, int64_t at)
{
	int r = mark_added(scratch, db, mac, at);

	if (r == 0)
		r = lifecycle_release(scratch, db, mac, false);
	return r < 0 ? r : operation_forget(db, at - GONE_KEPT);
}
