/* SPDX-License-Identifier: MIT */
/* The shrink guard: when it trips, what a device is given meanwhile, and how that ends. */
#include "fleet/acknowledge.h"
#include "fleet/interlock.h"
#include "fleet_help.h"
#include "store/device.h"
#include "store/operation.h"

/* --- the decision --- */

/* "1 2 a 3": handsets, in slots from 1; a dash is a slot whose IPUI is not known. */
static struct document *document_of(void *mem, const char *keys)
{
	struct document *document = mem_new(mem, struct document);
	int slot = 0;

	for (char *word = strtok(mem_strdup(mem, keys), " "); word; word = strtok(NULL, " ")) {
		struct document_handset *member =
			mem_push(mem, &document->handsets, &document->handset_count);
		struct handset *handset = mem_new(mem, struct handset);

		handset->slot = ++slot;
		if (strcmp(word, "-") != 0)
			snprintf(handset->ipui, sizeof(handset->ipui), "%s", word);
		member->handset = handset;
	}
	return document;
}

static void the_guard_trips_when_both_of_its_numbers_are_exceeded(void **state)
{
	static const struct {
		const char *before, *now, *acknowledged;
		struct config_guard guard;
		unsigned all, missing, of_those_acknowledged;
		const char *handsets;
		bool trips;
	} rows[] = {
		{"", "", NULL, {20, 2}, 0, 0, 0, "", false},
		{"", "a b c", NULL, {0, 0}, 0, 0, 0, "", false},
		{"a b c", "c b a", NULL, {0, 0}, 3, 0, 0, "", false},
		{"a b c", "c b a d", NULL, {0, 0}, 3, 0, 0, "", false},
		{"a b c", "c a", NULL, {0, 0}, 3, 1, 0, "b", true},
		/* Both have to be exceeded, and reaching is not exceeding. */
		{"a b c d e", "a b c", NULL, {40, 1}, 5, 2, 0, "d e", false},
		{"a b c d e", "a b c", NULL, {39, 2}, 5, 2, 0, "d e", false},
		{"a b c d e", "a b c", NULL, {39, 1}, 5, 2, 0, "d e", true},
		{"a b c d e", "", NULL, {100, 0}, 5, 5, 0, "a b c d e", false},
		{"a b c d e", "", NULL, {99, 4}, 5, 5, 0, "a b c d e", true},
		/* As many new ones do not make up for them. */
		{"a b c", "x y z", NULL, {20, 2}, 3, 3, 0, "a b c", true},
		/* What was acknowledged has gone; of two that are left one may go. */
		{"d c b a", "a b", "c d", {20, 1}, 4, 2, 2, "c d", false},
		{"d c b a", "a", "c d", {20, 1}, 4, 3, 2, "b c d", false},
		{"d c b a", "", "c d", {20, 1}, 4, 4, 2, "a b c d", true},
		/* What was acknowledged and came back is no licence for others. */
		{"a b c d", "c d", "c d", {20, 1}, 4, 2, 0, "a b", true},
		{"aa a b", "", "aa", {20, 1}, 3, 3, 1, "a aa b", true},
		/* A slot that has got its IPUI is the same handset; an empty one is not. */
		{"- - -", "a b c", NULL, {0, 0}, 3, 0, 0, "", false},
		{"- - -", "- a", NULL, {0, 0}, 3, 1, 0, "00003", true},
		{"a b c", "- - -", NULL, {0, 0}, 3, 3, 0, "a b c", true},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct shrink shrink;

		shrink_count(f, document_of(f, rows[i].before), document_of(f, rows[i].now),
			     rows[i].acknowledged, &shrink);
		assert_int_equal(shrink.all, rows[i].all);
		assert_int_equal(shrink.missing, rows[i].missing);
		assert_int_equal(shrink.acknowledged, rows[i].of_those_acknowledged);
		assert_string_equal(shrink.handsets, rows[i].handsets);
		if (shrink_trips(&rows[i].guard, &shrink) != rows[i].trips)
			fail_msg("row %zu: '%s' to '%s'", i, rows[i].before, rows[i].now);
	}
}

/* --- documents --- */

static char *without(void *mem, const char *text, const char *piece)
{
	const char *at = strstr(text, piece);

	assert_non_null(at);
	return mem_printf(mem, "%.*s%s", (int)(at - text), text, at + strlen(piece));
}

static void a_held_document_is_what_the_device_had(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition *before = fetch_at(f, mac, NOW + 10);
	struct rendition *held;
	struct view *view;

	remove_from(f, mac, 0, 40);
	setting_make(f, "fleet", "Telephony.0.ToneScheme", "Germany");
	view = view_at(f, mac, NOW + 20);
	assert_int_equal(view->held.missing, 40);
	assert_int_equal(view->held.all, 50);
	assert_non_null(strstr(view->notice, "40 of 50"));
	assert_int_equal(view->wanted->handset_count, 10);
	held = fetch_at(f, mac, NOW + 20);
	assert_string_equal(
		held->document,
		without(f, before->document, "    <oper name=\"DeleteNotProvisionedHS\"/>\n"));
	/* That it was given again changes nothing. */
	assert_int_equal(view_at(f, mac, NOW + 30)->held.missing, 40);
	assert_int_equal(view_at(f, mac, NOW + 30)->held.at, NOW + 20);
	assert_string_equal(rendition_at(f, mac, NOW + 30)->document, held->document);
}

static void single_removals_go_at_once(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");

	/* Each is within the guard, and what was given then is what counts. */
	for (int i = 0; i < 50; i++) {
		remove_from(f, mac, i, i + 1);
		assert_true(holds(fetch_at(f, mac, NOW + 10 + i),
				  mem_printf(f, "delete_hs\" value=\"%s\"", ipui_of(f, i))));
	}
	assert_int_equal(view_at(f, mac, NOW + 100)->document.handset_count, 0);
}

static void a_removal_from_before_the_guard_tripped_is_still_written(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition *held;

	remove_from(f, mac, 0, 2);
	fetch_at(f, mac, NOW + 10);
	remove_from(f, mac, 2, 40);
	held = fetch_at(f, mac, NOW + 20);
	assert_int_equal(count_of(held, "add_hs"), 48);
	assert_int_equal(count_of(held, "delete_hs"), 2);
	assert_true(holds(held, "delete_hs\" value=\"0290000001\""));
	/* Their time passes as ever; the others' has not begun. */
	held = fetch_at(f, mac, NOW + 10 + 3600);
	assert_int_equal(count_of(held, "delete_hs"), 0);
	assert_int_equal(view_at(f, mac, NOW + 10000000)->held.missing, 38);
}

static void removed(struct fixture *f, int64_t mac, int slot, const char *ipui, int64_t at)
{
	struct operation operation = {.mac = mac,
				      .kind = OPERATION_REMOVE_HANDSET,
				      .slot = slot,
				      .from_at = at,
				      .created_at = at};

	snprintf(operation.ipui, sizeof(operation.ipui), "%s", ipui);
	assert_int_equal(operation_insert(f->db, &operation), 0);
	assert_int_equal(device_touch(f->db, mac), 0);
}

static void a_handset_that_was_known_by_its_slot_is_held_too(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct handset_new new = {.pin = secret_new(f, "4711")};
	struct rendition *held;
	struct handset *handset;

	for (int i = 0; i < 20; i++)
		assert_int_equal(fleet_handset_add(&f->change, mac, &new, &handset), 0);
	/* Slot 1 had another handset before, which is still being removed. */
	removed(f, mac, 1, ipui_of(f, 1), NOW - 10);
	fetch_at(f, mac, NOW);
	/* Slot 2 has got its IPUI, and then all are removed. */
	for (int i = 1; i <= 20; i++)
		assert_int_equal(handset_delete(f->db, mac, i), 0);
	removed(f, mac, 2, ipui_of(f, 2), NOW + 10);
	held = fetch_at(f, mac, NOW + 20);
	assert_int_equal(count_of(held, "add_hs"), 20);
	assert_true(holds(held, "delete_hs\" value=\"0290000001\""));
	assert_false(holds(held, "delete_hs\" value=\"0290000002\""));
}

static void an_operation_ends_in_a_held_document_too(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct operation_new new = {
		.kind = OPERATION_OPEN_REGISTRATION, .start_at = NOW + 600, .duration = 300};
	int64_t id;

	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 10), "RegStart"));
	remove_from(f, mac, 0, 40);
	assert_true(holds(fetch_at(f, mac, NOW + 20), "RegStart"));
	assert_int_equal(view_at(f, mac, NOW + 20)->until_at, NOW + 900);
	assert_false(holds(fetch_at(f, mac, NOW + 900), "RegStart"));
	assert_int_equal(view_at(f, mac, NOW + 900)->held.missing, 40);
	/* One that begins while something is held is written, too. */
	new.start_at = NOW + 2000;
	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 1000), "RegStart"));
}

static void a_held_document_is_current_until_something_changes(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct device_fetch *fetch;

	fetch_at(f, mac, NOW + 10);
	remove_from(f, mac, 0, 40);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(device_fetch_find(f, f->db, mac, &fetch), 1);
	assert_true(rendition_is_current(fetch, NOW + 1000000));
	setting_make(f, "fleet", "Telephony.0.ToneScheme", "Germany");
	assert_int_equal(device_fetch_find(f, f->db, mac, &fetch), 1);
	assert_false(rendition_is_current(fetch, NOW + 20));
}

static void a_held_document_never_carries_delete_not_provisioned(void **state)
{
	static const unsigned modes[] = {DNP_AUTO, DNP_ALWAYS, DNP_NEVER};
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");

	fetch_at(f, mac, NOW + 10);
	remove_from(f, mac, 0, 50);
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		struct rendition *held;

		f->config.provisioning.delete_not_provisioned = modes[i];
		held = fetch_at(f, mac, NOW + 20);
		assert_false(holds(held, DNP));
		assert_int_equal(count_of(held, "add_hs"), 50);
		assert_int_equal(count_of(held, "delete_hs"), 0);
	}
}

static void what_is_added_again_is_not_held_any_more(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition_held *held;
	struct rendition *after;

	remove_from(f, mac, 0, 40);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(rendition_held_find(f, f->db, mac, &held), 1);
	for (int i = 0; i < 40; i++)
		handset_make(f, mac, ipui_of(f, i));
	after = fetch_at(f, mac, NOW + 30);
	assert_int_equal(rendition_held_find(f, f->db, mac, &held), 0);
	assert_int_equal(count_of(after, "add_hs"), 50);
	assert_int_equal(count_of(after, "delete_hs"), 0);
	assert_true(holds(after, DNP));
}

static void nothing_is_acknowledged_that_is_not_held(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition_held *held;
	struct device_fetch *fetch;

	assert_int_equal(fleet_acknowledge(&f->change, mac_of("7C2F80E0D606"), 0, &held),
			 -E_MAC_UNKNOWN);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 0, &held), -E_NOTHING_HELD);
	remove_from(f, mac, 0, 40);
	/* Not before the device has asked: nobody has been shown anything. */
	assert_int_equal(fleet_acknowledge(&f->change, mac, 0, &held), -E_NOTHING_HELD);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 39, &held), -E_HELD_OTHERWISE);
	assert_non_null(strstr(f->diag.text, "40 of 50"));
	assert_int_equal(view_at(f, mac, NOW + 30)->held.missing, 40);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 40, &held), 0);
	assert_int_equal(held->missing, 40);
	assert_int_equal(device_fetch_find(f, f->db, mac, &fetch), 1);
	assert_false(rendition_is_current(fetch, NOW + 30));
	assert_int_equal(fleet_acknowledge(&f->change, mac, 40, &held), -E_NOTHING_HELD);
}

static void an_acknowledged_shrink_goes_and_a_further_one_is_judged_anew(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition_held *held;
	struct rendition *after;

	f->config.provisioning.shrink_guard = (struct config_guard){20, 5};
	remove_from(f, mac, 0, 40);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 0, &held), 0);
	/* Six more of ten: not what was acknowledged. */
	remove_from(f, mac, 40, 46);
	assert_int_equal(view_at(f, mac, NOW + 30)->held.missing, 46);
	fetch_at(f, mac, NOW + 30);
	handset_make(f, mac, ipui_of(f, 45));
	/* Five: within the guard.  A change of something else does not matter. */
	setting_make(f, "fleet", "Telephony.0.ToneScheme", "Germany");
	after = fetch_at(f, mac, NOW + 40);
	assert_int_equal(count_of(after, "add_hs"), 5);
	assert_int_equal(count_of(after, "delete_hs"), 45);
	assert_true(holds(after, DNP));
	assert_int_equal(view_at(f, mac, NOW + 50)->held.at, 0);
}

static void what_was_acknowledged_is_no_licence_for_later(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct rendition_held *held;

	remove_from(f, mac, 0, 40);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(fleet_acknowledge(&f->change, mac, 0, &held), 0);
	assert_int_equal(count_of(fetch_at(f, mac, NOW + 30), "delete_hs"), 40);
	for (int i = 0; i < 40; i++)
		handset_make(f, mac, ipui_of(f, i));
	assert_int_equal(count_of(fetch_at(f, mac, NOW + 40), "add_hs"), 50);
	remove_from(f, mac, 0, 40);
	assert_int_equal(view_at(f, mac, NOW + 50)->held.missing, 40);
}

static void a_document_whose_giving_was_not_recorded_is_guarded_too(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct rendition *lost;

	handset_make(f, mac, ipui_of(f, 99));
	fetch_at(f, mac, NOW);
	for (int i = 0; i < 50; i++)
		handset_make(f, mac, ipui_of(f, i));
	/* Given, and then the power went. */
	lost = rendition_at(f, mac, NOW + 10);
	assert_int_equal(rendition_put(f->db, lost), 0);
	remove_from(f, mac, 0, 40);
	assert_int_equal(view_at(f, mac, NOW + 20)->held.missing, 40);
	assert_int_equal(count_of(fetch_at(f, mac, NOW + 20), "add_hs"), 51);
}

static void what_was_given_comes_back_with_its_operations(void **state)
{
	struct fixture *f = *state;
	int64_t mac = fifty_make(f, "7C2F80E0D605");
	struct released *released;

	remove_from(f, mac, 0, 1);
	fetch_at(f, mac, NOW + 10);
	remove_from(f, mac, 1, 2);
	assert_int_equal(released_find(f, f->db, mac, &released), 1);
	assert_int_equal(released->given_at, NOW + 10);
	assert_null(released->offered);
	assert_int_equal(released->given->handset_count, 49);
	assert_true(released->given->delete_not_provisioned);
	assert_int_equal(released->given->operation_count, 1);
	assert_string_equal(released->given->operations[0].ipui, ipui_of(f, 0));
	assert_int_equal(rendition_put(f->db, rendition_at(f, mac, NOW + 20)), 0);
	assert_int_equal(released_find(f, f->db, mac, &released), 1);
	assert_int_equal(released->given->handset_count, 49);
	assert_int_equal(released->offered->handset_count, 48);
}

/* Documents of a program that kept no bodies. */
static void without_knowing_what_was_given_nothing_is_deleted(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct rendition *old;
	int64_t operations;

	f->config.provisioning.delete_not_provisioned = DNP_ALWAYS;
	handset_make(f, mac, ipui_of(f, 1));
	old = rendition_at(f, mac, NOW);
	assert_true(holds(old, DNP));
	old->body = NULL;
	assert_int_equal(rendition_put(f->db, old), 0);
	assert_int_equal(rendition_evidence(f->db, mac, old->etag, NOW, &operations), 1);
	assert_false(holds(fetch_at(f, mac, NOW + 10), DNP));
	assert_true(holds(fetch_at(f, mac, NOW + 20), DNP));
}

/* --- a life --- */

enum { LIFE_HANDSETS = 60, LIFE_STEPS = 600 };

struct life {
	struct fixture *f;
	int64_t mac;
	uint64_t random;
	bool there[LIFE_HANDSETS]; /* as people say */
	bool given[LIFE_HANDSETS]; /* as the device was told */
	bool licence[LIFE_HANDSETS];
	unsigned held, let_go;
};

static unsigned any(struct life *life, unsigned n)
{
	life->random = life->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(life->random >> 33) % n;
}

static void change_some(struct life *life, bool there)
{
	unsigned n = any(life, 4) ? any(life, 3) : any(life, LIFE_HANDSETS);

	for (; n > 0; n--) {
		int i = (int)any(life, LIFE_HANDSETS);

		if (life->there[i] == there)
			continue;
		life->there[i] = there;
		if (there)
			handset_make(life->f, life->mac, ipui_of(life->f, i));
		else
			remove_from(life->f, life->mac, i, i + 1);
	}
}

static void acknowledge(struct life *life)
{
	struct rendition_held *held;
	int r = fleet_acknowledge(&life->f->change, life->mac, 0, &held);

	assert_true(r == 0 || r == -E_NOTHING_HELD);
	for (int i = 0; i < LIFE_HANDSETS && r == 0; i++)
		life->licence[i] = strstr(held->handsets, ipui_of(life->f, i));
	life->let_go += r == 0;
}

static bool has_oper(const struct rendition *document, const char *oper, const char *ipui)
{
	char text[80];

	snprintf(text, sizeof(text), "<oper name=\"%s\" value=\"%s\"", oper, ipui);
	return holds(document, text);
}

/* What a device is given takes no more from it than the guard and people allow. */
static void ask(struct life *life, int64_t at)
{
	const struct config_guard *guard = &life->f->config.provisioning.shrink_guard;
	struct rendition *document = fetch_at(life->f, life->mac, at);
	unsigned all = 0, lost = 0;

	for (int i = 0; i < LIFE_HANDSETS; i++) {
		const char *ipui = ipui_of(life->f, i);
		bool added = has_oper(document, "add_hs", ipui);
		bool deleted = has_oper(document, "delete_hs", ipui);

		assert_false(added && deleted);
		assert_true(document->held.at ? added == life->given[i] : added == life->there[i]);
		if (life->given[i] && !life->licence[i])
			all++;
		if (life->given[i] && !life->licence[i] && !added)
			lost++;
		life->given[i] = added;
		if (!document->held.at)
			life->licence[i] = false;
	}
	assert_false(lost > guard->count && lost * 100 > guard->percent * all);
	if (holds(document, DNP)) {
		assert_int_equal(document->held.at, 0);
		assert_true(holds(document, "add_hs"));
	}
	life->held += document->held.at != 0;
}

static void no_life_takes_more_from_a_device_than_the_guard_and_people_allow(void **state)
{
	struct life life = {.f = *state, .random = 20180531};

	life.mac = device_make(life.f, "7C2F80E0D605", "n870", NULL);
	life.f->config.provisioning.delete_not_provisioned = DNP_ALWAYS;
	for (int i = 0; i < LIFE_STEPS; i++) {
		clock_set(NOW + 600 * (int64_t)i);
		switch (any(&life, 8)) {
		case 0:
		case 1:
			change_some(&life, true);
			break;
		case 2:
		case 3:
			change_some(&life, false);
			break;
		case 4:
			acknowledge(&life);
			break;
		default:
			ask(&life, NOW + 600 * (int64_t)i);
			break;
		}
	}
	/* Both have been seen. */
	assert_in_range(life.held, 10, LIFE_STEPS);
	assert_in_range(life.let_go, 3, LIFE_STEPS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)
	const struct CMUnitTest tests[] = {
		TEST(the_guard_trips_when_both_of_its_numbers_are_exceeded),
		TEST(a_held_document_is_what_the_device_had),
		TEST(single_removals_go_at_once),
		TEST(a_removal_from_before_the_guard_tripped_is_still_written),
		TEST(a_handset_that_was_known_by_its_slot_is_held_too),
		TEST(an_operation_ends_in_a_held_document_too),
		TEST(a_held_document_is_current_until_something_changes),
		TEST(a_held_document_never_carries_delete_not_provisioned),
		TEST(what_is_added_again_is_not_held_any_more),
		TEST(nothing_is_acknowledged_that_is_not_held),
		TEST(an_acknowledged_shrink_goes_and_a_further_one_is_judged_anew),
		TEST(what_was_acknowledged_is_no_licence_for_later),
		TEST(a_document_whose_giving_was_not_recorded_is_guarded_too),
		TEST(what_was_given_comes_back_with_its_operations),
		TEST(without_knowing_what_was_given_nothing_is_deleted),
		TEST(no_life_takes_more_from_a_device_than_the_guard_and_people_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
