/* SPDX-License-Identifier: MIT */
/* Handsets: how many are in which state, and those that the document leaves out for now. */
#include "base/mem.h"
#include "fleet/explain.h"
#include "fleet/lifecycle.h"
#include "store/handset.h"
#include "store/operation.h"

enum { STATES = HANDSET_GONE + 1, KEYS_SHOWN = 50 };

struct counts {
	int64_t of[STATES];
	json_t *keys; /* of those to register, the first of them */
};

static void say_moving(struct explain *explain, const struct handset *handset)
{
	char key[IPUI_LEN + 1];
	char mac[MAC_LEN + 1];

	mac_format(handset->waits_mac, mac);
	explain_say(explain, "handset", EXPLAIN_HELD, 0,
		    json_pack("{s:s, s:s}", "key", handset_key(handset, key), "waits_for", mac),
		    "%s is left out until %s has fetched a document that removes it",
		    handset_key(handset, key), mac);
}

static int count_handsets(struct explain *explain, struct counts *counts)
{
	struct handset *handsets;
	size_t count;
	int r = handset_list(explain->mem, explain->db, explain->mac, &handsets, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		enum handset_state state = handset_state(&handsets[i]);
		char key[IPUI_LEN + 1];

		counts->of[state]++;
		if (state == HANDSET_TO_REGISTER && json_array_size(counts->keys) < KEYS_SHOWN)
			json_array_append_new(counts->keys,
					      json_string(handset_key(&handsets[i], key)));
		if (state == HANDSET_MOVING)
			say_moving(explain, &handsets[i]);
	}
	return r;
}

/* Those that are removed are not handsets of the device any more: operations speak of them. */
static int count_removals(struct explain *explain, struct counts *counts)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(explain->mem, explain->db, explain->mac, &operations, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		if (operations[i].kind == OPERATION_REMOVE_HANDSET)
			counts->of[removal_state(&operations[i], explain->at)]++;
	return r;
}

int explain_handsets(struct explain *explain)
{
	struct counts counts = {.keys = json_array()};
	json_t *details = json_object();
	int64_t all = 0;
	int r = count_handsets(explain, &counts);

	if (r == 0)
		r = count_removals(explain, &counts);
	for (int state = 0; state < STATES; state++) {
		all += counts.of[state];
		json_object_set_new(details, handset_state_name((enum handset_state)state),
				    json_integer(counts.of[state]));
	}
	json_object_set_new(details, "keys_to_register", counts.keys);
	if (r < 0 || all == 0) {
		json_decref(details);
		return r;
	}
	explain_say(explain, "handsets", EXPLAIN_OK, 0, details,
		    "%lld registered, %lld to register, %lld moving, %lld being removed, %lld gone",
		    (long long)counts.of[HANDSET_REGISTERED],
		    (long long)counts.of[HANDSET_TO_REGISTER], (long long)counts.of[HANDSET_MOVING],
		    (long long)counts.of[HANDSET_REMOVING], (long long)counts.of[HANDSET_GONE]);
	return 0;
}
