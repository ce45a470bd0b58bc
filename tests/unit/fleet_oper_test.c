/* SPDX-License-Identifier: MIT */
/* Opers: what is known is checked, what is not needs force, and the document has them in order. */
#include "fleet_help.h"
#include "fleet/oper.h"
#include "render/oper.h"
#include "store/audit.h"
#include "store/device.h"

static const char *warning;

static int add(struct fixture *f, int64_t mac, const char *name, const char *value,
	       const char *params, bool force)
{
	struct param list[8] = {0};
	struct oper_new new = {.name = name, .value = value, .params = list, .force = force};
	char *copy = mem_strdup(f, params);
	char *rest = NULL;
	int64_t id;

	for (char *word = strtok_r(copy, "|", &rest); word; word = strtok_r(NULL, "|", &rest)) {
		char *equals = strchr(word, '=');

		*equals = '\0';
		list[new.param_count++] = (struct param){word, equals + 1, NULL};
	}
	f->diag.text[0] = '\0';
	return fleet_oper_add(&f->change, mac, &new, &id, &warning);
}

static void opers_are_written_in_the_order_of_adding_after_the_handsets(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n610", NULL);
	const char *document;

	handset_make(f, mac, "029e74a599");
	assert_int_equal(add(f, mac, "assign_handsets_to_trunk", "trunk_0003",
			     "receive=11, 14|send=11", false),
			 0);
	assert_null(warning);
	assert_int_equal(add(f, mac, "assign_hs_to_trunk", NULL,
			     "Ipui=029E74A599|TrunkId=trunk_0003|Type=1", false),
			 0);
	document = rendition_at(f, mac, NOW)->document;
	document = strstr(document, "add_hs");
	assert_non_null(document);
	document = strstr(document, "<oper name=\"assign_handsets_to_trunk\" "
				    "value=\"trunk_0003\">\n"
				    "      <param name=\"receive\" value=\"11, 14\"/>\n"
				    "      <param name=\"send\" value=\"11\"/>\n"
				    "    </oper>");
	assert_non_null(document);
	assert_non_null(strstr(document, "<oper name=\"assign_hs_to_trunk\">\n"
					 "      <param name=\"Ipui\" value=\"029e74a599\"/>"));
}

static void what_looks_wrong_needs_force_and_warns(void **state)
{
	static const struct {
		const char *name, *value, *params;
		int error;
	} rows[] = {
		{"reboot", NULL, "", -E_OPER_UNKNOWN},
		{"Assign_handsets_to_trunk", "trunk_0000", "", -E_OPER_UNKNOWN},
		{"assign_handsets_to_trunk", NULL, "send=11", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0008", "send=11", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_00000", "send=11", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0000", "send=10", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0000", "send=100", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0000", "send=11,", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0000", "send=11;12", -E_OPER_FORM},
		{"assign_handsets_to_trunk", "trunk_0000", "sends=11", -E_OPER_FORM},
		{"assign_hs_to_trunk", NULL, "Ipui=029e74a599|Type=1", -E_OPER_FORM},
		{"assign_hs_to_trunk", NULL, "Ipui=29e74a599|TrunkId=1|Type=1", -E_OPER_FORM},
		{"assign_hs_to_trunk", NULL, "Ipui=029e74a599|TrunkId=1|Type=send", -E_OPER_FORM},
		{"assign_hs_to_trunk", "1", "Ipui=029e74a599|TrunkId=1|Type=1", -E_OPER_FORM},
		{"add_backup_dm", NULL, "Name=x", -E_OPER_FORM}, /* of another product */
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n610", NULL);

	handset_make(f, mac, "029e74a599");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int r = add(f, mac, rows[i].name, rows[i].value, rows[i].params, false);

		if (r != rows[i].error || !strstr(f->diag.text, "--force"))
			fail_msg("%zu: %d, %s", i, r, f->diag.text);
		assert_int_equal(add(f, mac, rows[i].name, rows[i].value, rows[i].params, true), 0);
		assert_non_null(warning);
	}
}

static void what_has_its_own_verb_or_no_phone_takes_is_refused_even_with_force(void **state)
{
	static const struct {
		const char *name, *value, *params;
		int error;
		const char *words;
	} rows[] = {
		{"DeleteNotProvisionedHS", NULL, "", -E_OPER_MADE, "delete_not_provisioned"},
		{"deletenotprovisionedhs", NULL, "", -E_OPER_MADE, "delete_not_provisioned"},
		{"add_hs", "029e74a599", "", -E_OPER_MADE, "handset add"},
		{"delete_hs", "029e74a599", "", -E_OPER_MADE, "handset remove"},
		{"update_dm", "local", "RegStart=1", -E_OPER_MADE, "operation add"},
		{"", NULL, "", -E_TEXT_EMPTY, "name"},
		{"x", "", "", -E_TEXT_EMPTY, "empty"},
		{"x", "1", "a=", -E_TEXT_EMPTY, "empty"},
		{"x", "\x01", "", -E_TEXT_CHARACTER, "x"},
		{"x", "1", "a b=1", -E_SETTING_NAME, ""},
		{"x", "1", "a=1|a=2", -E_VALUE, "twice"},
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n610", NULL);
	const char *before = rendition_at(f, mac, NOW)->etag;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int r = add(f, mac, rows[i].name, rows[i].value, rows[i].params, true);

		if (r != rows[i].error || !strstr(f->diag.text, rows[i].words))
			fail_msg("%zu: %d, %s", i, r, f->diag.text);
	}
	assert_string_equal(rendition_at(f, mac, NOW)->etag, before);
}

static void an_oper_of_a_handset_that_is_gone_is_left_out_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n610", NULL);

	handset_make(f, mac, "029e74a599");
	handset_make(f, mac, "02b6ec8aa5");
	assert_int_equal(add(f, mac, "assign_hs_to_trunk", NULL,
			     "Ipui=02b6ec8aa5|TrunkId=trunk_0000|Type=1", false),
			 0);
	assert_int_equal(view_at(f, mac, NOW)->document.oper_count, 1);
	assert_int_equal(fleet_handset_remove(&f->change, mac, "02b6ec8aa5", OPERATION_DELETE), 0);
	assert_int_equal(view_at(f, mac, NOW)->document.oper_count, 0);
	assert_int_equal(view_at(f, mac, NOW)->opers_left_out, 1);
	handset_make(f, mac, "02b6ec8aa5");
	assert_int_equal(view_at(f, mac, NOW)->document.oper_count, 1);
}

/* While the guard holds a document back, opers and handsets are both those that were given. */
static void what_was_given_keeps_its_opers_with_its_handsets(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n610", NULL);
	struct rendition *rendition;

	f->config.provisioning.shrink_guard = (struct config_guard){20, 1};
	for (int i = 0; i < 8; i++) {
		char *ipui = mem_printf(f, "02900000%02d", i);

		handset_make(f, mac, ipui);
		assert_int_equal(add(f, mac, "assign_hs_to_trunk", NULL,
				     mem_printf(f, "Ipui=%s|TrunkId=trunk_0000|Type=1", ipui),
				     false),
				 0);
	}
	fetch_at(f, mac, NOW);
	fetch_at(f, mac, NOW + 60);
	for (int i = 0; i < 6; i++)
		assert_int_equal(fleet_handset_remove(&f->change, mac,
						      mem_printf(f, "02900000%02d", i),
						      OPERATION_DELETE),
				 0);
	assert_true(view_at(f, mac, NOW + 120)->held.at != 0);
	rendition = rendition_at(f, mac, NOW + 120);
	for (int i = 0; i < 8; i++) {
		const char *adds = mem_printf(f, "name=\"add_hs\" value=\"02900000%02d\"", i);
		const char *joins = mem_printf(f, "name=\"Ipui\" value=\"02900000%02d\"", i);

		assert_non_null(strstr(rendition->document, adds));
		assert_non_null(strstr(rendition->document, joins));
	}
}

static void a_change_of_opers_is_a_new_revision_and_an_audit_row(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	int64_t other = device_make(f, "7C2F80E0D606", "n870", NULL);
	struct param param = {"Password", NULL, secret_new(f, "backup secret")};
	struct oper_new new = {"add_backup_dm", NULL, &param, 1, true};
	const char *before = view_at(f, mac, NOW)->revision;
	const char *others = view_at(f, other, NOW)->revision;
	struct audit *rows;
	struct oper *opers;
	size_t count;
	int64_t id;

	assert_int_equal(fleet_oper_add(&f->change, mac, &new, &id, &warning), 0);
	assert_string_not_equal(view_at(f, mac, NOW)->revision, before);
	assert_string_equal(view_at(f, other, NOW)->revision, others);
	assert_int_equal(oper_list(f, f->db, mac, &opers, &count), 0);
	assert_int_equal(count, 1);
	assert_string_equal(secret_reveal(opers[0].params[0].secret), "backup secret");
	before = view_at(f, mac, NOW)->revision;
	assert_int_equal(fleet_oper_remove(&f->change, other, id), -E_OPER_NONE);
	assert_int_equal(fleet_oper_remove(&f->change, mac, id), 0);
	assert_int_equal(fleet_oper_remove(&f->change, mac, id), -E_OPER_NONE);
	assert_string_not_equal(view_at(f, mac, NOW)->revision, before);
	assert_int_equal(audit_list(f, f->db, NULL, 0, 10, &rows, &count), 0);
	assert_string_equal(rows[0].action, "oper.remove");
	assert_string_equal(rows[1].action, "oper.add");
	assert_non_null(strstr(rows[1].after, "secret:"));
	assert_null(strstr(rows[1].after, "backup secret"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fleet_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(opers_are_written_in_the_order_of_adding_after_the_handsets),
		TEST(what_looks_wrong_needs_force_and_warns),
		TEST(what_has_its_own_verb_or_no_phone_takes_is_refused_even_with_force),
		TEST(an_oper_of_a_handset_that_is_gone_is_left_out_until_it_is_back),
		TEST(what_was_given_keeps_its_opers_with_its_handsets),
		TEST(a_change_of_opers_is_a_new_revision_and_an_audit_row),
	};

	return cmocka_run_group_tests_name("fleet_oper", tests, NULL, NULL);
}
