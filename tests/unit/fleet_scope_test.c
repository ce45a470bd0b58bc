/* SPDX-License-Identifier: MIT */
#include "fleet_help.h"
#include "store/device.h"
#include "store/setting.h"

static const char *scope_text(struct fixture *f, const char *s)
{
	struct scope scope;
	int r = scope_parse(f->mem, s, &scope);

	return r == 0 ? scope.text : error_name(r);
}

static void a_scope_is_written_in_one_way_however_it_was_typed(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(scope_text(f, "fleet"), "fleet");
	assert_string_equal(scope_text(f, "product:n870"), "product:n870");
	assert_string_equal(scope_text(f, "group:ward 3"), "group:ward 3");
	assert_string_equal(scope_text(f, "device:7c:2f:80:e0:d6:05"), "device:7C2F80E0D605");
	assert_string_equal(scope_text(f, "handset:029E74A599"), "handset:029e74a599");
	assert_string_equal(scope_text(f, "product:n871"), "product_unknown");
	assert_string_equal(scope_text(f, "device:7c2f"), "mac_malformed");
	assert_string_equal(scope_text(f, "handset:029e74a5"), "ipui_malformed");
	assert_string_equal(scope_text(f, "group:"), "scope");
	assert_string_equal(scope_text(f, "Fleet"), "scope");
	assert_string_equal(scope_text(f, ""), "scope");
}

static void the_nearer_scope_wins(void **state)
{
	static const char *const scopes[] = {"fleet", "product:n870", "group:ward",
					     "device:7C2F80E0D605"};
	struct fixture *f = *state;
	int64_t mac;

	assert_int_equal(fleet_group_add(&f->change, "ward"), 0);
	mac = device_make(f, "7C2F80E0D605", "n870", "ward");
	for (size_t i = 0; i < COUNT_OF(scopes); i++) {
		setting_make(f, scopes[i], "DmGlobal.0.TimeZone", scopes[i]);
		assert_string_equal(param_of(view_at(f, mac, NOW), "DmGlobal.0.TimeZone"),
				    scopes[i]);
	}
	for (size_t i = COUNT_OF(scopes); i-- > 1;) {
		assert_int_equal(fleet_setting_unset(&f->change, scopes[i], "DmGlobal.0.TimeZone"),
				 0);
		assert_string_equal(param_of(view_at(f, mac, NOW), "DmGlobal.0.TimeZone"),
				    scopes[i - 1]);
	}
}

static void a_setting_changes_only_the_devices_whose_resolution_it_touches(void **state)
{
	static const struct {
		const char *scope;
		bool first, second;
	} rows[] = {
		{"fleet", true, true},
		{"product:n870", true, false},
		{"product:n670", false, true},
		{"group:ward", true, false},
		{"device:7C2F80E0D606", false, true},
		{"handset:029e74a599", true, false},
	};
	struct fixture *f = *state;
	int64_t first, second;

	assert_int_equal(fleet_group_add(&f->change, "ward"), 0);
	first = device_make(f, "7C2F80E0D605", "n870", "ward");
	second = device_make(f, "7C2F80E0D606", "n670", NULL);
	handset_make(f, first, "029e74a599");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *first_before = view_at(f, first, NOW)->revision;
		const char *second_before = view_at(f, second, NOW)->revision;

		setting_make(f, rows[i].scope, "hs.DirectAccessDir", "0");
		assert_int_equal(strcmp(first_before, view_at(f, first, NOW)->revision) != 0,
				 rows[i].first);
		assert_int_equal(strcmp(second_before, view_at(f, second, NOW)->revision) != 0,
				 rows[i].second);
	}
}

static void a_short_name_holds_for_each_handset_and_a_handset_may_differ(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct view *view;

	handset_make(f, mac, "029e74a599");
	handset_make(f, mac, "02b6ec8aa5");
	setting_make(f, "fleet", "hs.DirectAccessDir", "0");
	setting_make(f, "handset:02b6ec8aa5", "hs.DirectAccessDir", "7");
	view = view_at(f, mac, NOW);
	assert_null(param_of(view, "hs.DirectAccessDir"));
	assert_string_equal(view->document.handsets[0].params[0].value, "0");
	assert_string_equal(view->document.handsets[1].params[0].value, "7");
}

static void what_is_refused_says_why_and_changes_nothing(void **state)
{
	static const struct {
		const char *scope, *name, *value;
		int r;
	} rows[] = {
		{"fleet", "A.B", "", -E_TEXT_EMPTY},
		{"fleet", "A.B", "a\x01z", -E_TEXT_CHARACTER},
		{"fleet", "A.B", "\xff", -E_TEXT_ENCODING},
		{"fleet", "A B", "x", -E_SETTING_NAME},
		{"fleet", "", "x", -E_SETTING_NAME},
		{"fleet", "SipProvider.0.Domain", "x", -E_SETTING_RESERVED},
		{"fleet", "hs.029e74a599.RegStatus", "ToDeReg", -E_SETTING_RESERVED},
		{"group:nowhere", "A.B", "x", -E_GROUP_UNKNOWN},
		{"device:7C2F80E0D6FF", "A.B", "x", -E_MAC_UNKNOWN},
		{"handset:029e74a5ff", "hs.X", "x", -E_IPUI_UNKNOWN},
		{"handset:029e74a599", "DmGlobal.0.TimeZone", "x", -E_SETTING_NAME},
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	const char *before;

	handset_make(f, mac, "029e74a599");
	before = rendition_at(f, mac, NOW)->etag;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct setting_new new = {
			.scope = rows[i].scope, .name = rows[i].name, .value = rows[i].value};

		assert_int_equal(db_savepoint(f->db), 0);
		assert_int_equal(fleet_setting_set(&f->change, &new), rows[i].r);
		db_rollback_savepoint(f->db);
	}
	assert_string_equal(rendition_at(f, mac, NOW)->etag, before);
}

static void settings_of_ours_are_not_written_for_phones(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	setting_make(f, "fleet", "schedule.config", "nights");
	assert_null(param_of(view_at(f, mac, NOW), "schedule.config"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_scope_is_written_in_one_way_however_it_was_typed,
						fleet_begin, fleet_end),
		cmocka_unit_test_setup_teardown(the_nearer_scope_wins, fleet_begin, fleet_end),
		cmocka_unit_test_setup_teardown(
			a_setting_changes_only_the_devices_whose_resolution_it_touches, fleet_begin,
			fleet_end),
		cmocka_unit_test_setup_teardown(
			a_short_name_holds_for_each_handset_and_a_handset_may_differ, fleet_begin,
			fleet_end),
		cmocka_unit_test_setup_teardown(what_is_refused_says_why_and_changes_nothing,
						fleet_begin, fleet_end),
		cmocka_unit_test_setup_teardown(settings_of_ours_are_not_written_for_phones,
						fleet_begin, fleet_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
