/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "render/item.h"
#include "render/param.h"

static void an_item_s_name_and_index_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *name;
		int index;
	} good[] = {
		{"realm", "realm", ITEM_NO_INDEX},
		{"XML-app-name[20]", "XML-app-name", 20},
		{"feature-availability[0]", "feature-availability", 0},
		{"function-key-def[999999]", "function-key-def", 999999},
	};
	CLEANUP(mem_freep) void *mem = mem_root("item");
	char name[ITEM_NAME_MAX + 1];
	int index;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(item_parse(good[i].text, name, &index));
		assert_string_equal(name, good[i].name);
		assert_int_equal(index, good[i].index);
		assert_string_equal(item_text(mem, name, index), good[i].text);
		assert_int_equal(setting_name_check(good[i].text), 0);
		assert_true(product_takes(product_find("openstage40"), good[i].text));
	}
}

static void what_is_no_item_s_name_is_none(void **state)
{
	static const char *const bad[] = {
		"",
		"hs.x",
		"SipProvider.0.Domain",
		"P25020",
		"BS_AE_Subscriber[0]",
		"S_SIP_ID_1",
		"realm[",
		"realm[]",
		"a[-1]",
		"a[01]",
		"a[1000000]",
		"a[1][2]",
		"a[1]b",
		"a b",
		"a]",
		"ä",
		"key-label[1 ]",
	};
	char name[ITEM_NAME_MAX + 1];
	char long_name[ITEM_NAME_MAX + 2];
	int index;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (item_parse(bad[i], name, &index))
			fail_msg("'%s' is read as an item", bad[i]);
		assert_false(product_takes(product_find("openstage40"), bad[i]));
	}
	memset(long_name, 'a', sizeof(long_name));
	long_name[ITEM_NAME_MAX + 1] = '\0';
	assert_false(item_parse(long_name, name, &index));
	long_name[ITEM_NAME_MAX] = '\0';
	assert_true(item_parse(long_name, name, &index));
}

static void an_item_s_setting_is_for_desk_phones_alone(void **state)
{
	static const char *const names[] = {"function-key-def[1]", "country-iso", "enable-WBM"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_false(product_takes(product_find("n870"), names[i]));
		assert_false(product_takes(product_find("maxwell3"), names[i]));
		assert_false(product_takes(product_find("n510"), names[i]));
		assert_false(product_takes(product_find("xstim"), names[i]));
	}
	assert_false(param_is_dotted("country-iso"));
	assert_true(param_is_dotted("Telephony.0.Tone-Scheme"));
}

static void what_a_phone_tells_is_compared_as_it_tells(void **state)
{
	(void)state;
	assert_true(item_is_same("4242", "4242"));
	assert_true(item_is_same(" 4242\n", "4242"));
	assert_true(item_is_same("TRUE", "true"));
	assert_true(item_is_same("false", "False"));
	assert_true(item_is_same("NULL", ""));
	assert_true(item_is_same("", ""));
	assert_false(item_is_same("4242", "42"));
	assert_false(item_is_same("4242", "42421"));
	assert_false(item_is_same("Yes", "yes"));
	assert_false(item_is_same("", "NULL"));
	assert_false(item_is_same("true", "false"));
}

static void what_is_no_configuration_is_reserved(void **state)
{
	static const char *const reserved[] = {
		"mac-addr",	"restart-type", "restart-password", "file-name",
		"file-type[3]", "device-type",	"software-version", "goto-secure-mode",
	};
	static const char *const others[] = {"e164", "sip-pwd", "reg-addr", "device-name",
					     "profile-name"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		assert_true(product_reserves(NULL, reserved[i]));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(product_reserves(NULL, others[i]));
	assert_true(item_is_secret("sip-pwd"));
	assert_true(item_is_secret("user-pwd-unicode"));
	assert_false(item_is_secret("sip-user-id"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_item_s_name_and_index_are_read_and_written),
		cmocka_unit_test(what_is_no_item_s_name_is_none),
		cmocka_unit_test(an_item_s_setting_is_for_desk_phones_alone),
		cmocka_unit_test(what_a_phone_tells_is_compared_as_it_tells),
		cmocka_unit_test(what_is_no_configuration_is_reserved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
