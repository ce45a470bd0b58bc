/* SPDX-License-Identifier: MIT */
#include "config_help.h"

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
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

static void a_line_of_a_megabyte_is_one_error(void **state)
{
	struct buf *text = buf_new(*state);

	buf_adds(text, PHONES "[provisioning]\nrealm = ");
	for (size_t i = 0; i < 1000000; i++)
		buf_addc(text, 'x');
	buf_adds(text, "\nrealm = good\n");
	assert_string_equal(bad(*state, text->data),
			    INI ":4: a line of 1000008 bytes, expected at most 1000\n");
}

static void the_bound_is_at_1000_bytes(void **state)
{
	for (size_t len = 1000; len <= 1001; len++) {
		struct buf *text = buf_new(*state);
		size_t start;

		buf_adds(text, PHONES);
		start = text->len;
		buf_addc(text, '#');
		while (text->len < start + len)
			buf_addc(text, 'x');
		buf_adds(text, "\r\n");
		if (len == 1000)
			good(*state, text->data);
		else
			assert_string_equal(bad(*state, text->data),
					    INI ":3: a line of 1001 bytes, expected at most "
						"1000\n");
	}
}

static void a_nul_hides_nothing(void **state)
{
	static const char text[] = PHONES "[daemon]\nthreads = 2\0garbage\nlog_level = x\n";

	assert_string_equal(bad_bytes(*state, text, sizeof(text) - 1),
			    INI ":4: holds a NUL byte, expected UTF-8 text\n" INI
				":5: [daemon] log_level: \"x\" is not a choice, expected error, "
				"warn, info or debug\n");
}

static void a_hundred_thousand_listeners_are_too_many(void **state)
{
	struct buf *text = buf_new(*state);
	const char *errors;

	for (unsigned i = 0; i < 100000; i++)
		buf_printf(text, "[listener l%u]\nserves = rpc\nport = 0\n", i);
	errors = bad(*state, text->data);
	assert_int_equal(lines(errors), 101);
	assert_memory_equal(errors,
			    INI ":193: [listener l64]: too many sections, expected at most 64\n",
			    strlen(INI) + 60);
	assert_non_null(strstr(errors, INI ": 99836 more errors\n"));
}

static void a_hundred_thousand_unknown_sections_and_keys_end(void **state)
{
	struct buf *text = buf_new(*state);
	const char *errors;

	buf_adds(text, PHONES);
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(text, "[x%u]\na = b\n", i);
	for (unsigned i = 0; i < 100000; i++)
		buf_adds(text, "[daemon]\na=b\n");
	errors = bad(*state, text->data);
	assert_int_equal(lines(errors), 101);
}

static void garbage_is_refused(void **state)
{
	char text[65536];
	uint32_t seed = 1;

	for (unsigned round = 0; round < 50; round++) {
		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1664525 + 1013904223;
			text[i] = (char)(seed >> 24);
		}
		bad_bytes(*state, text, sizeof(text));
	}
}

/* Whatever is told about a file fits a terminal, however the file ends. */
static void every_prefix_of_a_file_is_answered(void **state)
{
	static const char text[] = "\xef\xbb\xbf# x\r\n[listener phones]\r\nserves = phones rpc\n"
				   "trusted_proxies = 10.0.0.0/8 ::1\n[provisioning]\n"
				   "realm: \xc3\xa4\npaths = /%MACD\n[limits]\nmax_body=1K";

	for (size_t len = 0; len < sizeof(text); len++) {
		const char *errors;
		struct config *config;
		char *copy = mem_memdup(*state, text, len);

		if (read_bytes(*state, copy, len, &config, &errors) < 0)
			assert_true(lines(errors) > 0);
		else
			assert_int_equal(lines(errors), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_a_megabyte_is_one_error),
		cmocka_unit_test(the_bound_is_at_1000_bytes),
		cmocka_unit_test(a_nul_hides_nothing),
		cmocka_unit_test(a_hundred_thousand_listeners_are_too_many),
		cmocka_unit_test(a_hundred_thousand_unknown_sections_and_keys_end),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(every_prefix_of_a_file_is_answered),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
