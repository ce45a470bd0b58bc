/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "redirect/fill.h"
#include "redirect/url.h"

static const struct fill full = {
	.mac = "7C2F80E0D605",
	.dvid = "83/1",
	.data_url = "https://data.example:8443/device/",
	.code = "user-1",
	.slots = "1,2,5",
};
static const struct fill nothing;

struct case_ {
	const char *url;
	const char *filled;
};

static void check(void *mem, const struct fill *fill, const struct case_ *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *out = NULL;

		assert_int_equal(fill_url(mem, cases[i].url, NULL, fill, &out), 0);
		assert_string_equal(out, cases[i].filled);
	}
}

static void placeholders_are_filled_in(void **state)
{
	static const struct case_ cases[] = {
		{"http://a.example/x.xml", "http://a.example/x.xml"},
		{"http://a.example/%MACD.xml", "http://a.example/7C2F80E0D605.xml"},
		{"http://a.example/%MACC", "http://a.example/7C:2F:80:E0:D6:05"},
		{"http://a.example/%25MACD/%25MACC",
		 "http://a.example/7C2F80E0D605/7C:2F:80:E0:D6:05"},
		{"https://a.example/%DVID/%MACD", "https://a.example/83/1/7C2F80E0D605"},
		{"http://%DURL/%MACD.xml", "http://data.example:8443/device/7C2F80E0D605.xml"},
		{"http://a.example/?s=%SUBLIST&a=%ACTC", "http://a.example/?s=1,2,5&a=user-1"},
		{"http://u:p%40ss@a.example/%MACD", "http://u:p%40ss@a.example/7C2F80E0D605"},
		{"http://a.example/%MACD%MACD", "http://a.example/7C2F80E0D6057C2F80E0D605"},
		{"HTTP://a.example/%%", "HTTP://a.example/%"},
		{"http://a.example/%%MACD", "http://a.example/%MACD"},
		{"http://a.example/%%%MACD", "http://a.example/%7C2F80E0D605"},
		{"http://a.example/%%20", "http://a.example/%20"},
		{"http://a.example/%25", "http://a.example/%25"},
		{"http://a.example/%25%MACD", "http://a.example/%257C2F80E0D605"},
		{"http://a.example/%", "http://a.example/%"},
		{"http://a.example/%MAC", "http://a.example/%MAC"},
		{"http://a.example/%macd", "http://a.example/%macd"},
	};

	check(*state, &full, cases, COUNT_OF(cases));
}

static void what_is_not_known_stays_for_the_phone(void **state)
{
	static const struct case_ cases[] = {
		{"http://%DURL/%DVID/%MACD.xml", "http://%DURL/%DVID/%MACD.xml"},
		{"http://a/%MACC%25MACD%25MACC", "http://a/%MACC%25MACD%25MACC"},
		{"http://a/%ACTC%SUBLIST%%", "http://a/%ACTC%SUBLIST%"},
	};

	check(*state, &nothing, cases, COUNT_OF(cases));
}

static void a_value_is_not_filled_in_again(void **state)
{
	static const struct fill fill = {.mac = "7C2F80E0D605", .code = "%MACD%%"};
	static const struct case_ cases[] = {{"http://a/%ACTC", "http://a/%MACD%%"}};

	check(*state, &fill, cases, COUNT_OF(cases));
}

static void a_scheme_and_slashes_of_the_data_url_are_left_out(void **state)
{
	static const char *const urls[] = {"http://d.example", "d.example", "HTTPS://d.example///",
					   "d.example/"};

	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		const struct fill fill = {.data_url = urls[i]};
		static const struct case_ cases[] = {{"http://%DURL/x", "http://d.example/x"}};

		check(*state, &fill, cases, COUNT_OF(cases));
	}
}

static void refuse(void *mem, const char *url, const struct fill *fill, int reason)
{
	char *out = NULL;

	assert_int_equal(fill_url(mem, url, NULL, fill, &out), reason);
	assert_null(out);
}

/* None of these can be registered; a database that somebody else has written may hold them. */
static void what_would_break_a_header_is_refused(void **state)
{
	static const char *const urls[] = {
		"http://a/\r\nSet-Cookie: x=1",
		"http://a/\n",
		"http://a/\r",
		"http://a/ b",
		"http://a/\t",
		"http://a/\x01",
		"http://a/\x7f",
		"http://a/\xc3\xa4",
		"http://a/\xff",
		"http://a/\"x\"",
		"http://a/<x>",
		"http://a/\\x",
		"http://a/{x}",
		"http://a/|^`",
	};

	for (size_t i = 0; i < COUNT_OF(urls); i++)
		refuse(*state, urls[i], &full, -E_URL_CHARACTER);
}

static void a_value_cannot_break_a_header(void **state)
{
	static const struct fill fill = {.mac = "7C2F80\r\nX: y",
					 .dvid = "8\n",
					 .data_url = "a b",
					 .code = "\r",
					 .slots = "\x80"};

	refuse(*state, "http://a/%MACD", &fill, -E_URL_CHARACTER);
	refuse(*state, "http://a/%MACC", &fill, -E_URL_CHARACTER);
	refuse(*state, "http://a/%DVID", &fill, -E_URL_CHARACTER);
	refuse(*state, "http://%DURL/", &fill, -E_URL_CHARACTER);
	refuse(*state, "http://a/%ACTC", &fill, -E_URL_CHARACTER);
	refuse(*state, "http://a/%SUBLIST", &fill, -E_URL_CHARACTER);
}

static void only_schemes_that_are_allowed_lead_anywhere(void **state)
{
	static const char *words[] = {"tftp"};
	static const struct config_words schemes = {words, COUNT_OF(words)};
	char *out = NULL;
	static const struct fill fill = {.code = "javascript:", .data_url = "http://d.example"};

	refuse(*state, "", &full, -E_URL_SCHEME);
	refuse(*state, "ftp://a/", &full, -E_URL_SCHEME);
	refuse(*state, "http:/a", &full, -E_URL_SCHEME);
	refuse(*state, "//a/", &full, -E_URL_SCHEME);
	refuse(*state, "%ACTC//a/", &fill, -E_URL_SCHEME);
	refuse(*state, "%DURL/", &fill, -E_URL_SCHEME);
	assert_int_equal(fill_url(*state, "tftp://a/%MACD", &schemes, &full, &out), 0);
	assert_string_equal(out, "tftp://a/7C2F80E0D605");
	assert_int_equal(fill_url(*state, "http://a/", &schemes, &full, &out), -E_URL_SCHEME);
}

static void a_result_is_bounded(void **state)
{
	char *url = mem_strdup(*state, "http://");
	char *long_code = mem_zalloc(*state, 2 * FILL_MAX);
	const struct fill fill = {.code = long_code};
	char *out = NULL;

	memset(long_code, 'x', FILL_MAX);
	refuse(*state, "http://%ACTC", &fill, -E_TEXT_LONG);
	long_code[FILL_MAX - strlen("http://")] = '\0';
	assert_int_equal(fill_url(*state, "http://%ACTC", NULL, &fill, &out), 0);
	assert_int_equal(strlen(out), FILL_MAX);
	while (strlen(url) < URL_MAX - 5)
		url = mem_printf(*state, "%s%%MACC", url);
	refuse(*state, url, &full, -E_TEXT_LONG);
}

/* Every URL that may be registered and has no placeholder comes out as it went in. */
static void a_good_url_without_placeholders_is_left_alone(void **state)
{
	char url[] = "http://a.example/?";

	for (int c = 1; c < 256; c++) {
		char *out = NULL;

		url[strlen("http://a.example/")] = (char)c;
		if (url_check(url, NULL, NULL) < 0)
			continue;
		assert_int_equal(fill_url(*state, url, NULL, &full, &out), 0);
		assert_string_equal(out, url);
	}
}

static void slots_are_asked_for_only_where_they_are_wanted(void **state)
{
	(void)state;
	assert_true(fill_wants_slots("http://a/%SUBLIST"));
	assert_false(fill_wants_slots("http://a/%MACD"));
}

static int setup(void **state)
{
	*state = mem_root("test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_are_filled_in),
		cmocka_unit_test(what_is_not_known_stays_for_the_phone),
		cmocka_unit_test(a_value_is_not_filled_in_again),
		cmocka_unit_test(a_scheme_and_slashes_of_the_data_url_are_left_out),
		cmocka_unit_test(what_would_break_a_header_is_refused),
		cmocka_unit_test(a_value_cannot_break_a_header),
		cmocka_unit_test(only_schemes_that_are_allowed_lead_anywhere),
		cmocka_unit_test(a_result_is_bounded),
		cmocka_unit_test(a_good_url_without_placeholders_is_left_alone),
		cmocka_unit_test(slots_are_asked_for_only_where_they_are_wanted),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
