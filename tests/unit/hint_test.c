/* SPDX-License-Identifier: MIT */
/* Hints on settings: of which device, of which firmware, and never with a secret in them. */
#include "fleet_help.h"
#include "fleet/hint.h"
#include "store/device.h"
#include "store/setting.h"

static struct hints hints_of(struct fixture *f, const char *scope, const char *name,
			     const char *value, bool is_secret)
{
	struct setting_new new = {.scope = scope, .name = name};
	struct hints hints;

	if (is_secret)
		new.secret = secret_new(f, value);
	else
		new.value = value;
	assert_int_equal(hint_setting(f, f->db, &new, &hints), 0);
	return hints;
}

static void a_scope_says_whose_parameters_are_meant(void **state)
{
	static const struct {
		const char *scope, *name, *hint;
	} rows[] = {
		{"fleet", "SIP.PRACK", NULL},
		{"group:ward", "SIP.PRACK", NULL},
		{"product:maxwell3", "SIP.PRACK", NULL},
		{"product:n870", "SIP.PRACK", "of maxwell, not of n870"},
		{"device:7C2F80E0D605", "SIP.PRACK", "of maxwell, not of n870"},
		{"handset:029e74a599", "hs.DirectAcessDir", "did you mean hs.DirectAccessDir?"},
		{"handset:029e74a599", "hs.DirectAccessDir", NULL},
		{"fleet", "schedule.config", NULL},
		{"fleet", "firmware.version", NULL},
	};
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	handset_make(f, mac, "029e74a599");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hints hints = hints_of(f, rows[i].scope, rows[i].name, "0", false);

		if (hints.count != (rows[i].hint ? 1 : 0) ||
		    (rows[i].hint && !strstr(hints.texts[0], rows[i].hint)))
			fail_msg("%s %s: %s", rows[i].scope, rows[i].name,
				 hints.count ? hints.texts[0] : "nothing");
	}
}

static void what_a_device_is_too_old_for_is_said(void **state)
{
	static const struct {
		const char *firmware;
		bool is_old;
	} rows[] = {
		{"83.V2.20.0+build.5f0a106", true},
		{"83.V2.31.9", true},
		{"83.V2.32.0+build.5f0a106", false},
		{"83.V2.65.0-160-g758db0bf", false},
	};
	const char *name = "Provisioning.global.PeriodStart";
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);

	setting_make(f, "fleet", name, "14:00");
	assert_int_equal(hints_of(f, "device:7C2F80E0D605", name, "14:00", false).count, 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hints setting, view;

		assert_int_equal(device_learn(f->db, mac, rows[i].firmware, -1), 1);
		setting = hints_of(f, "device:7C2F80E0D605", name, "14:00", false);
		hint_view(f, view_at(f, mac, NOW), &view);
		assert_int_equal(setting.count, rows[i].is_old);
		assert_int_equal(view.count, rows[i].is_old);
		if (!rows[i].is_old)
			continue;
		assert_string_equal(view.texts[0], setting.texts[0]);
		assert_string_equal(setting.texts[0],
				    mem_printf(f, "%s needs firmware 2.32, the device runs %s",
					       name, rows[i].firmware));
	}
	/* Of the fleet nobody knows what it runs. */
	assert_int_equal(hints_of(f, "fleet", name, "14:00", false).count, 0);
}

static void a_secret_is_no_part_of_a_hint(void **state)
{
	struct fixture *f = *state;
	struct hints hints = hints_of(f, "fleet", "SipProvider.0.DTMFTransmission", "8472x", true);

	assert_int_equal(hints.count, 1);
	assert_null(strstr(hints.texts[0], "8472x"));
	hints = hints_of(f, "fleet", "WebUIAccounts.1.Password", "8472x", false);
	assert_int_equal(hints.count, 1);
	assert_null(strstr(hints.texts[0], "8472x"));
	assert_non_null(strstr(hints.texts[0], "is kept as one"));
	hints = hints_of(f, "fleet", "WebUIAccounts.1.Password", "8472x", true);
	assert_int_equal(hints.count, 0);
	hints = hints_of(f, "fleet", "Some.Odd.Passwd", "8472x", false);
	assert_int_equal(hints.count, 2);
	assert_non_null(strstr(hints.texts[1], "is kept as one"));
}

static void a_name_known_for_secrets_is_stored_as_one(void **state)
{
	struct fixture *f = *state;
	struct setting *setting;

	setting_make(f, "fleet", "WebUIAccounts.1.Password", "geh3im");
	assert_int_equal(setting_find(f, f->db, "fleet", "WebUIAccounts.1.Password", &setting), 1);
	assert_null(setting->value);
	assert_string_equal(secret_reveal(setting->secret), "geh3im");
}

static void a_document_full_of_oddities_has_few_hints(void **state)
{
	struct fixture *f = *state;
	int64_t mac = device_make(f, "7C2F80E0D605", "n870", NULL);
	struct hints hints;

	for (int i = 0; i < 30; i++)
		setting_make(f, "fleet", mem_printf(f, "Odd.%02d", i), "x");
	for (int i = 0; i < 10; i++)
		handset_make(f, mac, mem_printf(f, "02000000%02d", i));
	setting_make(f, "fleet", "hs.Odd", "x");
	hint_view(f, view_at(f, mac, NOW), &hints);
	assert_int_equal(hints.count, HINTS_MAX + 1);
	/* Ten handsets have the same one: it counts once. */
	assert_string_equal(hints.texts[HINTS_MAX], "and 11 more parameters that look odd");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fleet_begin, fleet_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_scope_says_whose_parameters_are_meant),
		TEST(what_a_device_is_too_old_for_is_said),
		TEST(a_secret_is_no_part_of_a_hint),
		TEST(a_name_known_for_secrets_is_stored_as_one),
		TEST(a_document_full_of_oddities_has_few_hints),
	};

	return cmocka_run_group_tests_name("hint", tests, NULL, NULL);
}
