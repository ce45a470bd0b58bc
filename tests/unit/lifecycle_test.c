/* SPDX-License-Identifier: MIT */
/* Handsets come, are known by slot or IPUI, change and go; and nobody but fetches tells. */
#include "db/sqlite.h"
#include "lifecycle_help.h"

static void a_handset_is_registered_when_a_document_with_it_was_fetched(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);

	handset_make(f, mac, IPUI);
	rendition_at(f, mac, NOW);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_TO_REGISTER);
	fetch_at(f, mac, NOW + 10);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_REGISTERED);
	assert_int_equal(handset_of(f, IPUI)->added_at, NOW + 10);
	/* One that comes later has its own dates. */
	handset_make(f, mac, OTHER);
	fetch_at(f, mac, NOW + 20);
	assert_int_equal(handset_of(f, IPUI)->registered_at, NOW + 10);
	assert_int_equal(handset_of(f, OTHER)->registered_at, NOW + 20);
}

static void a_handset_by_slot_is_registered_when_its_ipui_is_told(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);

	server_make(f);
	struct handset_new new = {
		.slot = 7, .pin = secret_new(f->mem, "4711"), .user = "1007", .sip = "pbx"};
	struct handset_change told = {.ipui = "029E74A599"};

	assert_int_equal(add(f, mac, &new), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 10), ADD("00007")));
	assert_int_equal(handset_state(slot_of(f, mac, 7)), HANDSET_TO_REGISTER);
	assert_int_equal(slot_of(f, mac, 7)->added_at, NOW + 10);
	clock_set(NOW + 60);
	assert_int_equal(set(f, mac, "7", &told), 0);
	assert_int_equal(handset_of(f, IPUI)->slot, 7);
	assert_int_equal(handset_state(handset_of(f, IPUI)), HANDSET_REGISTERED);
	assert_int_equal(handset_of(f, IPUI)->registered_at, NOW + 60);
	struct rendition *rendition = fetch_at(f, mac, NOW + 70);

	assert_true(holds(rendition, ADD(IPUI)));
	assert_false(holds(rendition, "00007"));
	assert_true(holds(rendition, "SipAccount.029e74a599.UserName\" value=\"1007\""));
	/* What is known stays. */
	told.ipui = OTHER;
	assert_int_equal(set(f, mac, IPUI, &told), -E_IPUI_KNOWN);
	told.ipui = IPUI;
	assert_int_equal(set(f, mac, "00007", &told), 0);
}

static void telling_many_ipuis_is_no_shrink(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	char ipui[IPUI_LEN + 1], key[8];

	for (int i = 1; i <= 40; i++)
		slot_make(f, mac, i, "4711");
	fetch_at(f, mac, NOW);
	for (int i = 1; i <= 40; i++) {
		struct handset_change told = {.ipui = ipui};

		snprintf(key, sizeof(key), "%d", i);
		snprintf(ipui, sizeof(ipui), "0290000%03x", (unsigned)i);
		assert_int_equal(set(f, mac, key, &told), 0);
	}
	assert_false(view_at(f, mac, NOW + 10)->held.at);
	assert_true(holds(rendition_at(f, mac, NOW + 10), "DeleteNotProvisionedHS"));
	/* Slots that are empty now do count. */
	f->config.provisioning.shrink_guard = (struct config_guard){0, 0};
	fetch_at(f, mac, NOW + 10);
	assert_int_equal(remove_as(f, mac, "1", OPERATION_FORGET), 0);
	assert_true(view_at(f, mac, NOW + 20)->held.at);
}

static void a_handset_needs_an_ipui_or_a_pin_and_a_slot_of_its_own(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	struct handset_change no_pin = {.has_pin = true};

	assert_int_equal(add(f, mac, &(struct handset_new){.slot = 1}), -E_FIELD_MISSING);
	slot_make(f, mac, 3, "4711");
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = IPUI, .slot = 3}),
			 -E_SLOT_TAKEN);
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = IPUI, .slot = 20001}), -E_VALUE);
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = IPUI, .slot = -1}), -E_VALUE);
	assert_int_equal(set(f, mac, "3", &no_pin), -E_FIELD_MISSING);
	assert_int_equal(set(f, mac, "4", &no_pin), -E_IPUI_UNKNOWN);
	assert_int_equal(set(f, mac, "0", &no_pin), -E_IPUI_UNKNOWN);
	assert_int_equal(set(f, mac, "x", &no_pin), -E_IPUI_MALFORMED);
	assert_int_equal(set(f, mac, "20001", &no_pin), -E_IPUI_MALFORMED);
	handset_make(f, mac, IPUI);
	assert_int_equal(handset_of(f, IPUI)->slot, 1);
	handset_make(f, mac, OTHER);
	assert_int_equal(handset_of(f, OTHER)->slot, 2);
}

static struct line *line_of(struct fixture *f, int64_t mac, int slot)
{
	struct line *line = NULL;
	int r = line_at(f->mem, f->db, mac, slot, &line);

	assert_true(r >= 0);
	return r ? line : NULL;
}

static void a_handset_and_its_line_can_be_changed(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	struct handset_new new = {.ipui = IPUI, .name = "Ann", .user = "1001", .sip = "pbx"};
	struct sip_server *servers;
	struct line *line;
	size_t count;

	server_make(f);
	assert_int_equal(add(f, mac, &new), 0);
	/* The display name follows the handset's, the authentication name the user's. */
	assert_int_equal(set(f, mac, IPUI,
			     &(struct handset_change){.has_name = true,
						      .name = "Bob",
						      .has_user = true,
						      .user = "1002",
						      .has_password = true,
						      .password = secret_new(f->mem, "pass-word")}),
			 0);
	line = line_of(f, mac, 1);
	assert_string_equal(line->user_name, "1002");
	assert_string_equal(line->auth_name, "1002");
	assert_string_equal(line->display_name, "Bob");
	assert_string_equal(secret_reveal(line->auth_password), "pass-word");
	assert_int_equal(set(f, mac, IPUI,
			     &(struct handset_change){.has_auth = true,
						      .auth = "other",
						      .has_display = true,
						      .display = "Desk"}),
			 0);
	assert_int_equal(
		set(f, mac, "1",
		    &(struct handset_change){.has_user = true, .user = "1003", .has_name = true}),
		0);
	line = line_of(f, mac, 1);
	assert_string_equal(line->user_name, "1003");
	assert_string_equal(line->auth_name, "other");
	assert_string_equal(line->display_name, "Desk");
	assert_null(handset_of(f, IPUI)->name);
	/* Nothing changes when something is wrong. */
	assert_int_equal(
		set(f, mac, "1",
		    &(struct handset_change){
			    .has_name = true, .name = "X", .has_sip = true, .sip = "none"}),
		-E_SIP_UNKNOWN);
	assert_null(handset_of(f, IPUI)->name);
	/* No line, and so no server; and a new one. */
	assert_int_equal(set(f, mac, "1", &(struct handset_change){.has_user = true}), 0);
	assert_null(line_of(f, mac, 1));
	assert_int_equal(sip_server_of_device(f->mem, f->db, mac, &servers, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(set(f, mac, "1", &(struct handset_change){.has_auth = true, .auth = "a"}),
			 -E_FIELD_MISSING);
	assert_int_equal(set(f, mac, "1", &(struct handset_change){.has_user = true, .user = "1"}),
			 -E_FIELD_MISSING);
	assert_int_equal(set(f, mac, "1",
			     &(struct handset_change){
				     .has_user = true, .user = "1", .has_sip = true, .sip = "pbx"}),
			 0);
	assert_string_equal(line_of(f, mac, 1)->display_name, "1");
}

static void the_mode_of_a_removal_follows_the_firmware(void **state)
{
	static const struct {
		const char *firmware;
		enum operation_mode mode;
	} rows[] = {
		{NULL, OPERATION_DELETE},
		{"83.V2.35.0+build.1", OPERATION_DEREGISTER},
		{"83.V2.36.0+build.1", OPERATION_DELETE},
		{"83.V2.64.0-160-g758db0bf", OPERATION_DELETE},
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].firmware)
			assert_int_equal(device_learn(f->db, mac, rows[i].firmware, -1), 1);
		handset_make(f, mac, IPUI);
		assert_int_equal(remove_as(f, mac, IPUI, OPERATION_CHOSEN), 0);
		assert_int_equal(removal_of(f, mac)->mode, rows[i].mode);
	}
	handset_make(f, mac, IPUI);
	assert_int_equal(remove_as(f, mac, IPUI, OPERATION_DEREGISTER), 0);
	assert_int_equal(removal_of(f, mac)->mode, OPERATION_DEREGISTER);
	handset_make(f, mac, IPUI);
	assert_int_equal(remove_as(f, mac, IPUI, OPERATION_FORGET), 0);
	assert_null(removal_of(f, mac));
}

static void a_removal_is_removing_then_gone_then_forgotten(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);

	handset_make(f, mac, IPUI);
	fetch_at(f, mac, NOW);
	assert_int_equal(remove_as(f, mac, IPUI, OPERATION_CHOSEN), 0);
	assert_int_equal(removal_state(removal_of(f, mac), NOW + 1000000), HANDSET_REMOVING);
	fetch_at(f, mac, NOW + 100);
	assert_int_equal(removal_of(f, mac)->carried_at, NOW + 100);
	assert_int_equal(removal_state(removal_of(f, mac), NOW + 3699), HANDSET_REMOVING);
	assert_int_equal(removal_state(removal_of(f, mac), NOW + 3700), HANDSET_GONE);
	handset_make(f, mac, OTHER);
	fetch_at(f, mac, NOW + 3700 + GONE_KEPT);
	assert_non_null(removal_of(f, mac));
	handset_make(f, mac, "029e74a600");
	fetch_at(f, mac, NOW + 3701 + GONE_KEPT);
	assert_null(removal_of(f, mac));
}

static void a_handset_by_slot_goes_by_absence(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	struct handset *handset;

	slot_make(f, mac, 1, "4711");
	slot_make(f, mac, 2, "4712");
	slot_make(f, mac, 3, "4713");
	/* The device has never heard of it. */
	assert_int_equal(remove_as(f, mac, "1", OPERATION_CHOSEN), 0);
	assert_null(removal_of(f, mac));
	slot_make(f, mac, 0, "4711");
	assert_true(holds(fetch_at(f, mac, NOW), ADD("00001")));
	assert_int_equal(remove_as(f, mac, "1", OPERATION_DELETE), -E_REMOVAL);
	assert_int_equal(remove_as(f, mac, "1", OPERATION_DEREGISTER), -E_REMOVAL);
	assert_int_equal(remove_as(f, mac, "1", OPERATION_CHOSEN), 0);
	assert_int_equal(removal_of(f, mac)->mode, OPERATION_ABSENCE);
	/* Its slot is the key by which the device knows it: not free before it is forgotten. */
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = IPUI, .slot = 1}),
			 -E_SLOT_TAKEN);
	assert_int_equal(handset_at(f->mem, f->db, mac, 1, &handset), 0);
	slot_make(f, mac, 0, "4714");
	assert_int_equal(slot_of(f, mac, 4)->slot, 4);
	/* A document without DeleteNotProvisionedHS does not carry it. */
	f->config.provisioning.delete_not_provisioned = DNP_NEVER;
	fetch_at(f, mac, NOW + 10);
	assert_int_equal(removal_of(f, mac)->carried_at, 0);
	f->config.provisioning.delete_not_provisioned = DNP_AUTO;
	assert_true(holds(fetch_at(f, mac, NOW + 20), "DeleteNotProvisionedHS"));
	assert_int_equal(removal_state(removal_of(f, mac), NOW + 20), HANDSET_GONE);
	slot_make(f, mac, 0, "4715");
	assert_int_equal(slot_of(f, mac, 1)->slot, 1);
}

static void absence_is_refused_where_nothing_would_come_of_it(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	struct handset *handset;

	f->change.config = &f->config;
	slot_make(f, mac, 1, "4711");
	fetch_at(f, mac, NOW);
	/* DeleteNotProvisionedHS never comes with an empty list. */
	assert_int_equal(remove_as(f, mac, "1", OPERATION_CHOSEN), -E_REMOVAL);
	handset_make(f, mac, IPUI);
	f->config.provisioning.delete_not_provisioned = DNP_NEVER;
	assert_int_equal(remove_as(f, mac, "1", OPERATION_CHOSEN), -E_REMOVAL);
	assert_int_equal(remove_as(f, mac, IPUI, OPERATION_ABSENCE), -E_REMOVAL);
	assert_int_equal(handset_at(f->mem, f->db, mac, 1, &handset), 1);
	assert_int_equal(remove_as(f, mac, "1", OPERATION_FORGET), 0);
	assert_null(removal_of(f, mac));
	f->config.provisioning.delete_not_provisioned = DNP_AUTO;
	handset_make(f, mac, OTHER);
	assert_int_equal(remove_as(f, mac, IPUI, OPERATION_ABSENCE), 0);
	assert_false(holds(fetch_at(f, mac, NOW + 10), "delete_hs"));
	assert_int_equal(removal_of(f, mac)->carried_at, NOW + 10);
}

static void what_a_device_says_it_takes_is_its_limit(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);

	handset_make(f, mac, IPUI);
	assert_int_equal(device_learn(f->db, mac, "83.V2.43.0", 1), 1);
	assert_int_equal(device_learn(f->db, mac, "83.V2.43.0", 1), 0);
	assert_int_equal(device_learn(f->db, mac, "83.V2.43.0", -1), 0);
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = OTHER}), -E_HANDSETS_FULL);
	assert_non_null(strstr(f->diag.text, "takes 1 (Gigaset N870 IP PRO: 250)"));
	/* No DECT manager yet: nothing is known. */
	assert_int_equal(device_learn(f->db, mac, "83.V2.43.0", 0), 1);
	assert_int_equal(add(f, mac, &(struct handset_new){.ipui = OTHER}), 0);
}

static int step(void *arg)
{
	++*(int64_t *)arg;
	return 0;
}

/* What adding so many took, in steps of SQLite's machine. */
static int64_t add_many(struct fixture *f, int64_t mac, int first, int count)
{
	int64_t steps = 0;
	char ipui[IPUI_LEN + 1];

	sqlite3_progress_handler(f->db->handle, 10, step, &steps);
	for (int i = first; i < first + count; i++) {
		struct handset *handset;
		void *mem = mem_root("one");
		struct change change = f->change;

		change.mem = mem;
		snprintf(ipui, sizeof(ipui), "02900%05x", (unsigned)i);
		assert_int_equal(fleet_handset_add(&change, mac,
						   &(struct handset_new){.ipui = ipui}, &handset),
				 0);
		assert_int_equal(handset->slot, i);
		mem_free(mem);
	}
	sqlite3_progress_handler(f->db->handle, 0, NULL, NULL);
	return steps;
}

static void many_handsets_cost_no_more_each_than_few(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, A, "n870", NULL);
	int64_t count, few, many;

	assert_int_equal(device_learn(f->db, mac, "83.V2.43.0", 20000), 1);
	assert_int_equal(db_begin(f->db), 0);
	few = add_many(f, mac, 1, 100);
	add_many(f, mac, 101, 2800);
	many = add_many(f, mac, 2901, 100);
	assert_int_equal(db_commit(f->db), 0);
	if (many > 2 * few)
		fail_msg("%lld steps for the first hundred, %lld for the last", (long long)few,
			 (long long)many);
	assert_int_equal(handset_count(f->db, mac, &count), 0);
	assert_int_equal(count, 3000);
	assert_int_equal(remove_as(f, mac, "17", OPERATION_CHOSEN), 0);
	handset_make(f, mac, IPUI);
	assert_int_equal(handset_of(f, IPUI)->slot, 17);
	handset_make(f, mac, OTHER);
	assert_int_equal(handset_of(f, OTHER)->slot, 3001);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)
	const struct CMUnitTest tests[] = {
		TEST(a_handset_is_registered_when_a_document_with_it_was_fetched),
		TEST(a_handset_by_slot_is_registered_when_its_ipui_is_told),
		TEST(telling_many_ipuis_is_no_shrink),
		TEST(a_handset_needs_an_ipui_or_a_pin_and_a_slot_of_its_own),
		TEST(a_handset_and_its_line_can_be_changed),
		TEST(the_mode_of_a_removal_follows_the_firmware),
		TEST(a_removal_is_removing_then_gone_then_forgotten),
		TEST(a_handset_by_slot_goes_by_absence),
		TEST(absence_is_refused_where_nothing_would_come_of_it),
		TEST(what_a_device_says_it_takes_is_its_limit),
		TEST(many_handsets_cost_no_more_each_than_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
