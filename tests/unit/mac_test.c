/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/error.h"
#include "store/mac.h"

static const int64_t mac = 0x7c2f80e0d605;

static void every_form_of_a_mac_is_read(void **state)
{
	static const char *const forms[] = {
		"7C2F80E0D605",	     "7c2f80e0d605",	  "7c2F80E0d605",      "7C:2F:80:E0:D6:05",
		"7c:2f:80:e0:d6:05", "7C-2F-80-E0-D6-05", "7c-2f-80-e0-d6-05",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		int64_t got = -1;

		assert_int_equal(mac_parse(forms[i], &got), 0);
		assert_int_equal(got, mac);
	}
}

static void the_least_and_the_greatest_mac_are_read(void **state)
{
	int64_t got = -1;

	(void)state;
	assert_int_equal(mac_parse("000000000000", &got), 0);
	assert_int_equal(got, 0);
	assert_int_equal(mac_parse("ff:ff:ff:ff:ff:ff", &got), 0);
	assert_int_equal(got, 0xffffffffffff);
}

static void what_is_no_mac_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		" ",
		"7",
		"7C2F80E0D60",
		"7C2F80E0D6055",
		"7C2F80E0D6050",
		" 7C2F80E0D605",
		"7C2F80E0D605 ",
		"7C2F80E0D60G",
		"7C:2F:80:E0:D6",
		"7C:2F:80:E0:D6:05:",
		"7C:2F:80:E0:D6:0",
		"7C:2F:80:E0:D6-05",
		"7C-2F:80-E0:D6-05",
		"7C2F:80:E0:D6:05",
		"7C:2F80E0D605",
		"7C:2F:80E0:D6:05",
		":7C2F80E0D605",
		"7:C2:F8:0E:0D:60:5",
		"7C.2F.80.E0.D6.05",
		"7C 2F 80 E0 D6 05",
		"7C2F.80E0.D605",
		"0x7C2F80E0D6",
		"7C::2F:80:E0:D6:05",
		"7C2F80E0D605-55DF",
		"\357\274\227C2F80E0D605",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		int64_t got;

		if (mac_parse(wrong[i], &got) != -E_MAC_MALFORMED)
			fail_msg("'%s' was read", wrong[i]);
	}
}

static void a_mac_id_is_a_mac_with_or_without_its_suffix(void **state)
{
	static const struct {
		const char *text, *suffix;
	} rows[] = {
		{"7C2F80E0D605", ""},
		{"7c:2f:80:e0:d6:05", ""},
		{"7C-2F-80-E0-D6-05", ""},
		{"7C2F80E0D605-55DF", "55DF"},
		{"7c2f80e0d605-az09", "AZ09"},
		{"7c2f80e0d605-ZZZZ", "ZZZZ"},
		{"7C:2F:80:E0:D6:05-0000", "0000"},
		{"7C-2F-80-E0-D6-05-1910", "1910"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t got = -1;
		char suffix[MAC_ID_LEN + 1] = "????";

		assert_int_equal(mac_id_parse(rows[i].text, &got, suffix), 0);
		assert_int_equal(got, mac);
		assert_string_equal(suffix, rows[i].suffix);
	}
}

static void what_is_no_mac_id_is_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{"", -E_MAC_MALFORMED},
		{"-55DF", -E_MAC_MALFORMED},
		{"7C2F80E0D60-55DF", -E_MAC_MALFORMED},
		{"7C:2F:80:E0:D6-55DF", -E_MAC_MALFORMED},
		{"7C2F80E0D605-", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-55D", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-55DFF", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-55D ", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-55-F", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-55\xc3\xa4", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605 55DF", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D60555DF", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605:55DF", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605--55D", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-@[`{", -E_MAC_ID_MALFORMED},
		{"7C2F80E0D605-/:09", -E_MAC_ID_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int64_t got;
		char suffix[MAC_ID_LEN + 1];

		if (mac_id_parse(rows[i].text, &got, suffix) != rows[i].error)
			fail_msg("'%s' was not refused as it should be", rows[i].text);
	}
}

static void a_mac_is_written_in_upper_case(void **state)
{
	char text[MAC_LEN + 1], colons[MAC_COLONS_LEN + 1];

	(void)state;
	mac_format(mac, text);
	assert_string_equal(text, "7C2F80E0D605");
	mac_format_colons(mac, colons);
	assert_string_equal(colons, "7C:2F:80:E0:D6:05");
	mac_format(0, text);
	assert_string_equal(text, "000000000000");
	mac_format_colons(0xabcdef, colons);
	assert_string_equal(colons, "00:00:00:AB:CD:EF");
	mac_format(0xffffffffffff, text);
	assert_string_equal(text, "FFFFFFFFFFFF");
}

static void an_ipui_becomes_lower_case(void **state)
{
	char ipui[IPUI_LEN + 1];

	(void)state;
	assert_int_equal(ipui_parse("029E74a599", ipui), 0);
	assert_string_equal(ipui, "029e74a599");
	assert_int_equal(ipui_parse("0000000000", ipui), 0);
	assert_string_equal(ipui, "0000000000");
}

static void what_is_no_ipui_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"029e74a59",
		"029e74a5999",
		"029e74a59g",
		" 029e74a599",
		"029e74a599 ",
		"02:9e:74:a5",
		"0_1",
		"00001",
		"029e74a59\n",
		"0x29e74a59",
		"02-9e74a599",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char ipui[IPUI_LEN + 1];

		if (ipui_parse(wrong[i], ipui) != -E_IPUI_MALFORMED)
			fail_msg("'%s' was read", wrong[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_mac_is_read),
		cmocka_unit_test(the_least_and_the_greatest_mac_are_read),
		cmocka_unit_test(what_is_no_mac_is_refused),
		cmocka_unit_test(a_mac_id_is_a_mac_with_or_without_its_suffix),
		cmocka_unit_test(what_is_no_mac_id_is_refused),
		cmocka_unit_test(a_mac_is_written_in_upper_case),
		cmocka_unit_test(an_ipui_becomes_lower_case),
		cmocka_unit_test(what_is_no_ipui_is_refused),
	};

	return cmocka_run_group_tests_name("mac", tests, NULL, NULL);
}
