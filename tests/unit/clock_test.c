/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/macros.h"

static const int64_t day = 86400;

static void check(int64_t at)
{
	time_t t = (time_t)at;
	char expected[32], date[11];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(expected, sizeof(expected), "%Y-%m-%d", &tm);
	clock_format_date(date, at);
	assert_string_equal(date, expected);
}

static void every_day_has_its_date(void **state)
{
	(void)state;
	/* 1000 to 2400: all kinds of leap years. */
	for (int64_t at = -30610224000; at < 13569465600; at += day) {
		check(at);
		check(at + day - 1);
	}
}

static void a_date_is_one_of_utc(void **state)
{
	char date[11];

	(void)state;
	clock_format_date(date, 0);
	assert_string_equal(date, "1970-01-01");
	clock_format_date(date, -1);
	assert_string_equal(date, "1969-12-31");
	clock_format_date(date, 951782400);
	assert_string_equal(date, "2000-02-29");
	clock_format_date(date, 253402300799);
	assert_string_equal(date, "9999-12-31");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_has_its_date),
		cmocka_unit_test(a_date_is_one_of_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
