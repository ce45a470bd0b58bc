/* SPDX-License-Identifier: MIT */
/* Documents over time: handsets come and go, operations begin and end, the interlock decides. */
#include "fleet_help.h"
#include "store/device.h"
#include "store/operation.h"

static void the_same_inputs_give_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct rendition *first, *later;

	handset_make(f, mac, "029e74a599");
	setting_make(f, "fleet", "Telephony.0.ToneScheme", "Germany");
	first = rendition_at(f, mac, NOW);
	later = rendition_at(f, mac, NOW + 1000000);
	assert_string_equal(first->document, later->document);
	assert_string_equal(first->etag, later->etag);
}

static void delete_not_provisioned_comes_with_the_second_document(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	handset_make(f, mac, "029e74a599");
	assert_false(holds(fetch_at(f, mac, NOW), DNP));
	assert_true(holds(fetch_at(f, mac, NOW + 60), DNP));
	f->config.provisioning.delete_not_provisioned = DNP_NEVER;
	assert_false(holds(rendition_at(f, mac, NOW + 120), DNP));
}

static void always_means_the_first_document_too(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	f->config.provisioning.delete_not_provisioned = DNP_ALWAYS;
	assert_false(holds(rendition_at(f, mac, NOW), DNP));
	handset_make(f, mac, "029e74a599");
	assert_true(holds(rendition_at(f, mac, NOW), DNP));
}

static void removing_the_last_handset_never_leaves_delete_not_provisioned_alone(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct rendition *rendition;

	f->config.provisioning.delete_not_provisioned = DNP_ALWAYS;
	handset_make(f, mac, "029e74a599");
	fetch_at(f, mac, NOW);
	assert_int_equal(fleet_handset_remove(&f->change, mac, "029E74A599", OPERATION_DELETE), 0);
	rendition = rendition_at(f, mac, NOW + 60);
	assert_false(holds(rendition, DNP));
	assert_true(holds(rendition, "<oper name=\"delete_hs\" value=\"029e74a599\"/>"));
}

static void the_shrink_guard_holds_delete_not_provisioned_back(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	char ipui[IPUI_LEN + 1];

	for (int i = 0; i < 40; i++) {
		snprintf(ipui, sizeof(ipui), "0290000%03x", (unsigned)i);
		handset_make(f, mac, ipui);
	}
	fetch_at(f, mac, NOW);
	/* 10 of 40 is more than 20 %, but not more than 10: allowed. */
	for (int i = 0; i < 11; i++) {
		struct view *view = view_at(f, mac, NOW + 60);

		assert_int_equal(view->held.at, 0);
		assert_true(view->document.delete_not_provisioned);
		snprintf(ipui, sizeof(ipui), "0290000%03x", (unsigned)i);
		assert_int_equal(fleet_handset_remove(&f->change, mac, ipui, OPERATION_DELETE), 0);
	}
	assert_int_equal(view_at(f, mac, NOW + 60)->held.missing, 11);
	assert_int_equal(view_at(f, mac, NOW + 60)->held.all, 40);
	assert_false(view_at(f, mac, NOW + 60)->document.delete_not_provisioned);
	/* As many new ones do not make up for them. */
	for (int i = 0; i < 11; i++) {
		snprintf(ipui, sizeof(ipui), "0291000%03x", (unsigned)i);
		handset_make(f, mac, ipui);
	}
	assert_int_equal(view_at(f, mac, NOW + 60)->held.missing, 11);
}

static void a_removal_is_written_until_a_fetch_has_carried_it_and_its_time_has_passed(void **state)
{
	static const struct {
		enum operation_mode mode;
		const char *text;
		int64_t seconds;
	} rows[] = {
		{OPERATION_DELETE, "<oper name=\"delete_hs\" value=\"02b6ec8aa5\"/>", 3600},
		{OPERATION_DEREGISTER,
		 "<param name=\"hs.02b6ec8aa5.RegStatus\" value=\"ToDeReg\"/>", 86400},
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	handset_make(f, mac, "029e74a599");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t at = NOW + 10000000 * (int64_t)i;

		handset_make(f, mac, "02b6ec8aa5");
		fetch_at(f, mac, at);
		assert_int_equal(fleet_handset_remove(&f->change, mac, "02b6ec8aa5", rows[i].mode),
				 0);
		/* Nobody asks for a year: it is still there. */
		assert_true(holds(rendition_at(f, mac, at + 5000000), rows[i].text));
		fetch_at(f, mac, at + 60);
		assert_true(
			holds(rendition_at(f, mac, at + 60 + rows[i].seconds - 1), rows[i].text));
		assert_int_equal(view_at(f, mac, at + 61)->until_at, at + 60 + rows[i].seconds);
		assert_false(holds(rendition_at(f, mac, at + 60 + rows[i].seconds), rows[i].text));
	}
}

static void a_handset_that_comes_back_is_not_removed_any_more(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	handset_make(f, mac, "029e74a599");
	assert_int_equal(fleet_handset_remove(&f->change, mac, "029e74a599", OPERATION_DELETE), 0);
	handset_make(f, mac, "029e74a599");
	assert_false(holds(rendition_at(f, mac, NOW), "delete_hs"));
	assert_true(holds(rendition_at(f, mac, NOW), "add_hs"));
}

static void only_the_operations_that_a_document_held_are_carried_by_its_fetch(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct rendition *rendition;
	int64_t operations;

	handset_make(f, mac, "029e74a599");
	handset_make(f, mac, "02b6ec8aa5");
	rendition = rendition_at(f, mac, NOW);
	assert_int_equal(rendition_put(f->db, rendition), 0);
	/* Removed after the document was made, before its fetch is on record. */
	assert_int_equal(fleet_handset_remove(&f->change, mac, "02b6ec8aa5", OPERATION_DELETE), 0);
	assert_int_equal(rendition_evidence(f->db, mac, rendition->etag, NOW, &operations), 1);
	assert_int_equal(operations, 0);
	assert_true(holds(rendition_at(f, mac, NOW + 100000), "delete_hs"));
}

/* The first of three is gone before the fetch that carried them is on record. */
static void operations_behind_one_that_is_gone_are_carried_too(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	static const char *const ipuis[] = {"029e74a599", "02b6ec8aa5", "02b6ec8aa6"};
	struct rendition *rendition;
	int64_t operations;

	for (size_t i = 0; i < COUNT_OF(ipuis); i++)
		handset_make(f, mac, ipuis[i]);
	for (size_t i = 0; i < COUNT_OF(ipuis); i++)
		assert_int_equal(fleet_handset_remove(&f->change, mac, ipuis[i], OPERATION_DELETE),
				 0);
	rendition = rendition_at(f, mac, NOW);
	assert_int_equal(rendition_put(f->db, rendition), 0);
	handset_make(f, mac, ipuis[0]); /* which takes its removal back */
	assert_int_equal(rendition_evidence(f->db, mac, rendition->etag, NOW, &operations), 1);
	assert_int_equal(operations, 2);
	assert_false(holds(rendition_at(f, mac, NOW + 100000), "delete_hs"));
}

static void a_registration_window_is_there_while_it_lasts(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct operation_new new = {
		.kind = OPERATION_OPEN_REGISTRATION, .start_at = NOW + 600, .duration = 300};
	int64_t id;

	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_true(holds(rendition_at(f, mac, NOW), "RegStart\" value=\"1527772140\""));
	fetch_at(f, mac, NOW);
	assert_true(holds(rendition_at(f, mac, NOW + 899), "RegStart"));
	assert_false(holds(rendition_at(f, mac, NOW + 900), "RegStart"));
}

static void reg_start_1_is_refused_unless_forced_and_then_carried_once(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct operation_new new = {
		.kind = OPERATION_OPEN_REGISTRATION, .start_at = 1, .duration = 300};
	int64_t id;

	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), -E_TIME);
	new.force = true;
	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), 0);
	assert_true(holds(fetch_at(f, mac, NOW + 50), "RegStart\" value=\"1\""));
	assert_false(holds(rendition_at(f, mac, NOW + 51), "RegStart"));
}

static void a_pin_that_anybody_would_try_is_refused_unless_forced(void **state)
{
	static const char *const easy[] = {"0000", "1111", "1234", "7", "12"};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct handset *handset;

	for (size_t i = 0; i < COUNT_OF(easy); i++) {
		struct handset_new new = {.ipui = "029e74a599", .pin = secret_new(f->mem, easy[i])};

		assert_int_equal(fleet_handset_add(&f->change, mac, &new, &handset), -E_PIN);
		assert_null(strstr(f->diag.text, easy[i]));
	}
	struct handset_new forced = {
		.ipui = "029e74a599", .pin = secret_new(f->mem, "0000"), .force = true};

	assert_int_equal(fleet_handset_add(&f->change, mac, &forced, &handset), 0);
	assert_true(holds(rendition_at(f, mac, NOW), "DECT_AC\" value=\"0000\""));
}

static void the_dect_managers_factory_password_is_refused(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct operation_new new = {.kind = OPERATION_OPEN_REGISTRATION,
				    .start_at = NOW,
				    .duration = 300,
				    .password = secret_new(f->mem, "Gigaset")};
	int64_t id;

	assert_int_equal(fleet_operation_add(&f->change, mac, &new, &id), -E_DM_PASSWORD);
}

static void a_device_holds_no_more_handsets_than_its_product(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n670", NULL);
	struct handset *handset;
	char ipui[IPUI_LEN + 1];

	for (int i = 0; i < 20; i++) {
		snprintf(ipui, sizeof(ipui), "0290000%03x", (unsigned)i);
		handset_make(f, mac, ipui);
	}
	assert_int_equal(fleet_handset_add(&f->change, mac,
					   &(struct handset_new){.ipui = "0290000fff"}, &handset),
			 -E_HANDSETS_FULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fleet_begin, fleet_end)
	const struct CMUnitTest tests[] = {
		TEST(the_same_inputs_give_the_same_bytes),
		TEST(delete_not_provisioned_comes_with_the_second_document),
		TEST(always_means_the_first_document_too),
		TEST(removing_the_last_handset_never_leaves_delete_not_provisioned_alone),
		TEST(the_shrink_guard_holds_delete_not_provisioned_back),
		TEST(a_removal_is_written_until_a_fetch_has_carried_it_and_its_time_has_passed),
		TEST(a_handset_that_comes_back_is_not_removed_any_more),
		TEST(only_the_operations_that_a_document_held_are_carried_by_its_fetch),
		TEST(operations_behind_one_that_is_gone_are_carried_too),
		TEST(a_registration_window_is_there_while_it_lasts),
		TEST(reg_start_1_is_refused_unless_forced_and_then_carried_once),
		TEST(a_pin_that_anybody_would_try_is_refused_unless_forced),
		TEST(the_dect_managers_factory_password_is_refused),
		TEST(a_device_holds_no_more_handsets_than_its_product),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
