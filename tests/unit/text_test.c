/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

struct row {
	const char *text;
	size_t len;
	int error;
	size_t at;
};

#define ROW(text, error, at)                                                                       \
	{                                                                                          \
		text, sizeof(text) - 1, error, at                                                  \
	}

static void utf8_of_xml_characters_passes(void **state)
{
	static const struct row rows[] = {
		ROW("", 0, 0),
		ROW("plain", 0, 0),
		ROW("\t\n\r ~\x7f", 0, 0),
		ROW("\xc2\x80\xdf\xbf", 0, 0),
		ROW("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd", 0, 0),
		ROW("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 0, 0),
		ROW("Größe 日本 🎉", 0, 0),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(text_check(rows[i].text, rows[i].len, NULL), 0);
}

static void what_is_not_utf8_is_refused(void **state)
{
	static const struct row rows[] = {
		ROW("ab\x80", -E_TEXT_ENCODING, 2), /* continuation alone */
		ROW("\xbf", -E_TEXT_ENCODING, 0),
		ROW("a\xc3", -E_TEXT_ENCODING, 1), /* ends too early */
		ROW("a\xc3z", -E_TEXT_ENCODING, 1),
		ROW("\xe2\x82", -E_TEXT_ENCODING, 0),
		ROW("\xf0\x9f\x8e", -E_TEXT_ENCODING, 0),
		ROW("\xc0\x80", -E_TEXT_ENCODING, 0), /* overlong */
		ROW("\xc1\xbf", -E_TEXT_ENCODING, 0),
		ROW("\xe0\x9f\xbf", -E_TEXT_ENCODING, 0),
		ROW("\xf0\x8f\xbf\xbf", -E_TEXT_ENCODING, 0),
		ROW("\xed\xa0\x80", -E_TEXT_ENCODING, 0), /* surrogates */
		ROW("\xed\xbf\xbf", -E_TEXT_ENCODING, 0),
		ROW("\xf4\x90\x80\x80", -E_TEXT_ENCODING, 0), /* beyond U+10FFFF */
		ROW("\xf5\x80\x80\x80", -E_TEXT_ENCODING, 0),
		ROW("\xf8\x88\x80\x80\x80", -E_TEXT_ENCODING, 0),
		ROW("ok\xff", -E_TEXT_ENCODING, 2),
		ROW("\xfe", -E_TEXT_ENCODING, 0),
		ROW("M\xfcnchen", -E_TEXT_ENCODING, 1),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t at = 99;

		assert_int_equal(text_check(rows[i].text, rows[i].len, &at), rows[i].error);
		assert_int_equal(at, rows[i].at);
	}
}

static void characters_that_xml_lacks_are_refused(void **state)
{
	static const struct row rows[] = {
		ROW("\xef\xbf\xbe", -E_TEXT_CHARACTER, 0), /* U+FFFE */
		ROW("a\xef\xbf\xbf", -E_TEXT_CHARACTER, 1),
		ROW("a\0b", -E_TEXT_CHARACTER, 1),
		ROW("\xc3\xa4\x1b[2J", -E_TEXT_CHARACTER, 2),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t at = 99;

		assert_int_equal(text_check(rows[i].text, rows[i].len, &at), rows[i].error);
		assert_int_equal(at, rows[i].at);
	}
	for (char c = 0; c < 0x20; c++) {
		int want = c == '\t' || c == '\n' || c == '\r' ? 0 : -E_TEXT_CHARACTER;

		assert_int_equal(text_check(&c, 1, NULL), want);
	}
}

/* Against the definition itself: every code point, encoded by the rule book. */
static void every_code_point_is_judged_by_the_definition(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c <= 0x10ffff; c++) {
		bool surrogate = c >= 0xd800 && c <= 0xdfff;
		bool good = !surrogate && c != 0xfffe && c != 0xffff;
		char s[4];
		size_t n = 0;
		int r;

		if (c < 0x800) {
			s[n++] = (char)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			s[n++] = (char)(0xe0 | c >> 12);
			s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		} else {
			s[n++] = (char)(0xf0 | c >> 18);
			s[n++] = (char)(0x80 | (c >> 12 & 0x3f));
			s[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		}
		s[n++] = (char)(0x80 | (c & 0x3f));
		r = text_check(s, n, NULL);
		if ((r == 0) != good)
			fail_msg("U+%04X", (unsigned)c);
		/* and never reads beyond the end */
		assert_int_equal(text_check(s, n - 1, NULL), -E_TEXT_ENCODING);
	}
}

static void a_line_has_no_control_characters(void **state)
{
	(void)state;
	assert_int_equal(text_check_line("Wärd 3 🎉", 20), 0);
	assert_int_equal(text_check_line("12345", 5), 0);
	assert_int_equal(text_check_line("123456", 5), -E_TEXT_LONG);
	assert_int_equal(text_check_line("", 5), -E_TEXT_EMPTY);
	assert_int_equal(text_check_line("a\tb", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("a\n", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("\r", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("\x7f", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("\xc2\x80", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("\xc2\x9f", 5), -E_TEXT_CHARACTER);
	assert_int_equal(text_check_line("\xc2\xa0", 5), 0);
	assert_int_equal(text_check_line("\xc3\x85", 5), 0);
	assert_int_equal(text_check_line("\xff", 5), -E_TEXT_ENCODING);
	assert_int_equal(text_check_line("\xc2", 5), -E_TEXT_ENCODING);
}

static void hex_goes_there_and_back(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x0f, 0xf0, 0x5a, 0xff};
	uint8_t back[5] = {1, 2, 3, 4, 5};
	char text[11];

	(void)state;
	hex_encode(text, bytes, sizeof(bytes));
	assert_string_equal(text, "000ff05aff");
	assert_true(hex_decode(back, sizeof(back), text, strlen(text)));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_true(hex_decode(back, sizeof(back), "000FF05aFF", 10));
	assert_memory_equal(back, bytes, sizeof(bytes));
	hex_encode(text, bytes, 0);
	assert_string_equal(text, "");
	assert_true(hex_decode(back, 0, "", 0));
}

static void what_is_not_hex_is_refused(void **state)
{
	uint8_t back[5];

	(void)state;
	assert_false(hex_decode(back, 5, "000ff05af", 9));
	assert_false(hex_decode(back, 5, "000ff05aff0", 11));
	assert_false(hex_decode(back, 5, "000ff05afg", 10));
	assert_false(hex_decode(back, 5, "000ff05a f", 10));
	assert_false(hex_decode(back, 5, "0x0ff05aff", 10));
	for (int c = -128; c < 128; c++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *at = c ? strchr(digits, c) : NULL;
		int n = at ? (int)(at - digits) : -1;

		assert_int_equal(hex_digit((char)c), n < 16 ? n : n - 6);
	}
}

static void a_number_is_whole_and_within_its_bound(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		uint64_t value;
		bool good;
	} rows[] = {
		{"0", 0, 0, true},
		{"1", 0, 0, false},
		{"9", 9, 9, true},
		{"10", 9, 0, false},
		{"65535", 65535, 65535, true},
		{"65536", 65535, 0, false},
		{"0005", 9, 5, true},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX, true},
		{"18446744073709551616", UINT64_MAX, 0, false},
		{"99999999999999999999999", UINT64_MAX, 0, false},
		{"", 9, 0, false},
		{" 1", 9, 0, false},
		{"1 ", 9, 0, false},
		{"+1", 9, 0, false},
		{"-1", 9, 0, false},
		{"1.0", 9, 0, false},
		{"0x1", 99, 0, false},
		{"a", 99, 0, false},
		{"/", 99, 0, false},
		{":", 99, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t n = 77;
		bool good = text_to_uint(rows[i].text, rows[i].max, &n);

		if (good != rows[i].good)
			fail_msg("'%s' up to %llu", rows[i].text, (unsigned long long)rows[i].max);
		assert_int_equal(n, good ? rows[i].value : 77);
	}
}

static void a_name_has_no_blanks_at_its_ends(void **state)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{"a", 0},
		{"a b", 0},
		{"\xc3\xbc", 0},
		{"a\xc2\xa0z", 0},
		{"\xe2\x82\xac", 0},
		{" a", -E_TEXT_EDGE},
		{"a ", -E_TEXT_EDGE},
		{" ", -E_TEXT_EDGE},
		{"\xc2\xa0"
		 "a",
		 -E_TEXT_EDGE},
		{"a\xe2\x80\x8b", -E_TEXT_EDGE},
		{"\xe3\x80\x80", -E_TEXT_EDGE},
		{"\xef\xbb\xbf"
		 "a",
		 -E_TEXT_EDGE},
		{"", -E_TEXT_EMPTY},
		{"a\tb", -E_TEXT_CHARACTER},
		{"a\xff", -E_TEXT_ENCODING},
		{"12345678901", -E_TEXT_LONG},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_check_name(rows[i].text, 10) != rows[i].r)
			fail_msg("row %zu: '%s'", i, rows[i].text);
}

static void things_are_counted_in_words(void **state)
{
	void *mem = mem_root("counts");

	(void)state;
	assert_string_equal(text_count(mem, 0, "device"), "0 devices");
	assert_string_equal(text_count(mem, 1, "device"), "1 device");
	assert_string_equal(text_count(mem, 2, "job"), "2 jobs");
	mem_free(mem);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_of_xml_characters_passes),
		cmocka_unit_test(what_is_not_utf8_is_refused),
		cmocka_unit_test(characters_that_xml_lacks_are_refused),
		cmocka_unit_test(every_code_point_is_judged_by_the_definition),
		cmocka_unit_test(a_line_has_no_control_characters),
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(what_is_not_hex_is_refused),
		cmocka_unit_test(a_name_has_no_blanks_at_its_ends),
		cmocka_unit_test(things_are_counted_in_words),
		cmocka_unit_test(a_number_is_whole_and_within_its_bound),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
