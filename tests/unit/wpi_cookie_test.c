/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "wpi/cookie.h"

#define ONE "30DE997C8608A0FB287DC279D1C518E0"
#define TWO "0123456789ABCDEF0123456789ABCDEF"

/* All cookies of ours in a header, with blanks. */
static const char *found(void *mem, const char *header)
{
	char cookie[COOKIE_LEN + 1];
	char *all = mem_strdup(mem, "");

	while (cookie_next(&header, cookie))
		all = mem_printf(mem, "%s%s%s", all, *all ? " " : "", cookie);
	return all;
}

static void a_cookie_is_found_whatever_is_sent_back_with_it(void **state)
{
	static const struct {
		const char *header, *found;
	} cases[] = {
		{"JSESSIONID=" ONE, ONE},
		/* Gemeinschaft 3's log: attributes come back, in small letters. */
		{"JSESSIONID=30de997c8608a0fb287dc279d1c518e0; path=/DeploymentService/; secure",
		 ONE},
		{"JSESSIONID=" ONE "; Path=/DeploymentService; Secure", ONE},
		{"PHPSESSID=g75h; path=/", ""},
		{"PHPSESSID=g75h; path=/; JSESSIONID=" ONE, ONE},
		/* A stale one and ours, in whatever order. */
		{"JSESSIONID=" TWO "; path=/; JSESSIONID=" ONE "; secure", TWO " " ONE},
		{"jsessionid=\"" ONE "\"", ONE},
		{"  ;; , JSESSIONID=" ONE " \t;", ONE},
		{"JSESSIONID", ""},
		{"JSESSIONID=", ""},
		{"JSESSIONID=" ONE "0", ""},
		{"JSESSIONID=30DE997C8608A0FB287DC279D1C518EG", ""},
		{"JSESSIONIDX=" ONE, ""},
		{"XJSESSIONID=" ONE, ""},
		{"JSESSIONID=\"" ONE, ""},
		{"", ""},
	};
	CLEANUP(mem_freep) void *mem = mem_root("cookie");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(found(mem, cases[i].header), cases[i].found);
	assert_string_equal(found(mem, NULL), "");
}

static void a_cookie_is_new_each_time_and_reads_back(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("cookie");
	char one[COOKIE_LEN + 1], two[COOKIE_LEN + 1];

	(void)state;
	cookie_make(one);
	cookie_make(two);
	assert_string_not_equal(one, two);
	assert_string_equal(found(mem, cookie_header(mem, one)), one);
	assert_string_equal(cookie_header(mem, ONE),
			    "JSESSIONID=" ONE "; Path=/DeploymentService; Secure");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_is_found_whatever_is_sent_back_with_it),
		cmocka_unit_test(a_cookie_is_new_each_time_and_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
