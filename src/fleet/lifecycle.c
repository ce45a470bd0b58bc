/* SPDX-License-Identifier: MIT */
#include "fleet/lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/db.h"
#include "fleet/released.h"
#include "fleet/version.h"
#include "render/format.h"

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
	const struct product *product = product_find(device->product);

	if (!product || product->handsets_max == 0)
		return 0;
	return device->capacity > 0 ? device->capacity : product->handsets_max;
}

struct key {
	char s[IPUI_LEN + 1];
};

static int compare(const void *left, const void *right)
{
	return strcmp(((const struct key *)left)->s, ((const struct key *)right)->s);
}

static int mark_added(void *scratch, struct db *db, int64_t mac, int64_t at)
{
	struct released *released;
	struct handset *handsets;
	struct key *keys;
	size_t count, given, marked = 0;
	int r = handset_list_new(scratch, db, mac, &handsets, &count);

	if (r < 0 || count == 0)
		return r;
	r = released_find(scratch, db, mac, &released);
	if (r <= 0 || !released->given)
		return r < 0 ? r : 0;
	given = released->given->handset_count;
	keys = mem_array(scratch, struct key, given + 1);
	for (size_t i = 0; i < given; i++)
		handset_key(released->given->handsets[i].handset, keys[i].s);
	qsort(keys, given, sizeof(*keys), compare);
	r = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct key key = {{0}};

		handset_key(&handsets[i], key.s);
		if (handsets[i].waits_mac || !bsearch(&key, keys, given, sizeof(key), compare))
			continue;
		handsets[i].added_at = at;
		handsets[i].registered_at = handsets[i].ipui[0] ? at : 0;
		r = handset_update(db, &handsets[i]);
		marked++;
	}
	/* Its first handsets: the next document may say that there are no others (interlock.h). */
	return r == 0 && marked > 0 && marked == given ? device_touch(db, mac) : r;
}

static bool has(const struct document *document, const struct handset *handset)
{
	char key[IPUI_LEN + 1], other[IPUI_LEN + 1];

	handset_key(handset, key);
	for (size_t i = 0; document && i < document->handset_count; i++)
		if (strcmp(key, handset_key(document->handsets[i].handset, other)) == 0)
			return true;
	return false;
}

int lifecycle_knows(void *scratch, struct db *db, int64_t mac, const struct handset *handset,
		    bool *ret)
{
	struct released *released;
	struct device *device;
	int r = device_get(scratch, db, mac, &device);

	if (r == 0)
		r = released_find(scratch, db, mac, &released);
	if (r < 0)
		return r;
	/* What it was given by a program that did not keep that, it may know. */
	*ret = device->provisioned_at && (r == 0 || !released->given);
	if (r > 0 && !*ret)
		*ret = has(released->given, handset) || has(released->offered, handset);
	return 0;
}

int lifecycle_waits(void *scratch, struct db *db, const char *ipui, int64_t mac, int64_t without,
		    int64_t *ret)
{
	struct handset handset = {.mac = mac};
	struct operation *removals;
	bool knows;
	size_t count;
	int r = operation_list_removals(scratch, db, ipui, &removals, &count);

	*ret = 0;
	snprintf(handset.ipui, sizeof(handset.ipui), "%s", ipui);
	for (size_t i = 0; i < count && r == 0 && *ret == 0; i++) {
		int64_t other = removals[i].mac;

		if (removals[i].carried_at || other == mac || other == without)
			continue;
		/* A device that never heard of it needs not forget it first. */
		r = lifecycle_knows(scratch, db, other, &handset, &knows);
		if (r == 0 && knows)
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
