/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "redirect/url.h"

static void a_password_is_taken_out_and_nothing_else(void **state)
{
	static const char *const urls[][2] = {
		{"http://u:p@h/x", "http://u:********@h/x"},
		{"http://u:a:b@c@h:80/%MACD", "http://u:********@h:80/%MACD"},
		{"http://u:@h/", "http://u:********@h/"},
		{"http://u@h:80/", "http://u@h:80/"},
		{"http://h:80/a:b@c", "http://h:80/a:b@c"},
		{"http://h?u:p@x", "http://h?u:p@x"},
		{"no url", "no url"},
	};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++)
		assert_string_equal(url_redact(mem, urls[i][0]), urls[i][1]);
}

static void what_may_be_a_token_of_a_download_is_taken_out(void **state)
{
	static const char *const urls[][2] = {
		{"https://h/f.bin?token=t#x", "https://h/f.bin?********"},
		{"https://u:p@h:80/f.bin", "https://********@h:80/f.bin"},
		{"https://token@h/f.bin?a", "https://********@h/f.bin?********"},
		{"https://h/a@b/f.bin", "https://h/a@b/f.bin"},
		{"no url", "no url"},
	};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++)
		assert_string_equal(url_redact_query(mem, urls[i][0]), urls[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_taken_out_and_nothing_else),
		cmocka_unit_test(what_may_be_a_token_of_a_download_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
