/* SPDX-License-Identifier: MIT */
#include "window_help.h"

#include <string.h>
#include <time.h>

#include "window/days.h"

static void days_and_dates_are_those_of_the_calendar(void **state)
{
	(void)state;
	/* all of 1600 to 2400, held against the system's calendar */
	for (int64_t day = -135140; day < 157054; day++) {
		char expected[32], date[CIVIL_DATE_MAX];
		time_t t = (time_t)(day * CIVIL_DAY_S);
		struct tm tm;
		int64_t back;

		gmtime_r(&t, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%d", &tm);
		civil_format_date(date, day);
		assert_string_equal(date, expected);
		assert_int_equal(civil_parse_date(date, &back), 0);
		assert_int_equal(back, day);
		assert_int_equal(civil_weekday(day), tm.tm_wday);
		assert_int_equal(civil_year(day), tm.tm_year + 1900);
	}
}

static void weeks_begin_on_sunday(void **state)
{
	(void)state;
	assert_int_equal(civil_week(on("1970-01-03")), 0);
	assert_int_equal(civil_week(on("1970-01-04")), 1);
	assert_int_equal(civil_week(on("1969-12-27")), -1);
	assert_int_equal(civil_week(on("2026-11-21")), 2968);
}

static void what_is_no_date_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	      "2026",	    "2026-1-15",  "2026-01-15 ", " 2026-01-15",
		"2026-02-29", "2026-00-10", "2026-13-01", "2026-01-00",	 "2026-01-32",
		"0000-01-01", "2026/01/15", "+026-01-15", "20260115",	 "2026-04-31",
		"1900-02-29"};
	int64_t day = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (civil_parse_date(bad[i], &day) != -E_VALUE || day != 7)
			fail_msg("\"%s\" was taken for a date", bad[i]);
	assert_int_equal(on("2000-02-29"), 11016);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"",	  "24:00",    "00:60", "0:00",
					  "00:0", "00:00:00", "ab:cd", "-1:00"};
	static const char *const instants[] = {"2026-01-15T05:53:20",  "2026-01-15 05:53:20Z",
					       "2026-01-15T24:00:00Z", "2026-01-15T05:60:00Z",
					       "2026-01-15T05:00:60Z", "2026-02-30T05:00:00Z"};
	unsigned minute = 7;
	int64_t instant = 7;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(civil_parse_minute(bad[i], &minute), -E_VALUE);
	for (size_t i = 0; i < COUNT_OF(instants); i++)
		assert_int_equal(civil_parse_instant(instants[i], &instant), -E_VALUE);
	assert_int_equal(minute, 7);
	assert_int_equal(instant, 7);
	assert_int_equal(civil_parse_minute("23:59", &minute), 0);
	assert_int_equal(minute, 1439);
	assert_int_equal(at("1970-01-02T00:00:01Z"), 86401);
}

static unsigned days_of(const char *text)
{
	unsigned days = 0;
	struct diag diag = {0};

	if (days_parse(text, &days, &diag) < 0)
		fail_msg("%s: %s", text, diag.text);
	return days;
}

static void days_of_the_week_are_words(void **state)
{
	static const char *const bad[] = {"",	  " ",	  "mo",		 "monda", "mon mon",
					  "mon-", "-fri", "mon-fri tue", "1"};
	unsigned days = 99;

	(void)state;
	assert_int_equal(days_of("sun"), 1);
	assert_int_equal(days_of("Mon, WED friday"), 2 | 8 | 32);
	assert_int_equal(days_of("mon-fri"), 62);
	assert_int_equal(days_of("fri-mon"), 32 | 64 | 1 | 2);
	assert_int_equal(days_of("all"), 127);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (days_parse(bad[i], &days, NULL) != -E_VALUE || days != 99)
			fail_msg("\"%s\" was taken for days", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates_are_those_of_the_calendar),
		cmocka_unit_test(weeks_begin_on_sunday),
		cmocka_unit_test(what_is_no_date_is_refused),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(days_of_the_week_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
