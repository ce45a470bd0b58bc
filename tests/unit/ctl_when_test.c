/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include <stdlib.h>
#include <time.h>

#include "ctl/when.h"

enum { NOW = 1780000000 };

/* Rules rather than a name: the test needs no zone files. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void zone(const char *rules)
{
	setenv("TZ", rules, 1);
	tzset();
}

static int64_t when_in(const char *s, const char *name)
{
	struct diag diag = {0};
	int64_t at = -1;

	if (ctl_when_parse(s, NOW, name, &at, &diag) < 0) {
		assert_true(diag.text[0]);
		return -1;
	}
	return at;
}

static int64_t when(const char *s)
{
	return when_in(s, NULL);
}

static void times_are_now_later_or_seconds(void **state)
{
	(void)state;
	assert_int_equal(when("now"), NOW);
	assert_int_equal(when("+600"), NOW + 600);
	assert_int_equal(when("+0"), NOW);
	assert_int_equal(when("1790000000"), 1790000000);
}

static void a_local_time_is_of_this_machines_zone(void **state)
{
	(void)state;
	zone("UTC0");
	assert_int_equal(when("2026-05-31 14:59"), 1780239540);
	assert_int_equal(when("2026-05-31T14:59:30"), 1780239570);
	assert_int_equal(when("1970-01-01 00:00"), 0);
	zone(BERLIN);
	assert_int_equal(when("2026-05-31 14:59"), 1780239540 - 7200);
	assert_int_equal(when("2026-01-31 14:59"), 1769867940);
}

static void a_local_time_may_be_of_another_zone(void **state)
{
	(void)state;
	zone("UTC0");
	assert_int_equal(when_in("2026-11-22 14:59", "Europe/Berlin"), 1795359540 - 3600);
	assert_int_equal(when_in("2026-05-31 14:59:30", "Europe/Berlin"), 1780239570 - 7200);
	assert_int_equal(when_in("2026-05-31 14:59", "UTC"), 1780239540);
	/* What is there twice is the first, and what clocks jump over is nothing. */
	assert_int_equal(when_in("2026-10-25 02:30", "Europe/Berlin"), 1792888200);
	assert_int_equal(when_in("2026-03-29 02:30", "Europe/Berlin"), -1);
	assert_int_equal(when_in("2026-02-30 12:00", "Europe/Berlin"), -1);
	assert_int_equal(when_in("2026-05-31 14:59", "Europe/Nowhere"), -1);
	assert_int_equal(when_in("+600", "Europe/Berlin"), NOW + 600);
}

static void of_two_moments_with_one_name_the_first_is_meant(void **state)
{
	(void)state;
	zone(BERLIN);
	/* 25 October 2026, 01:00 UTC: clocks go from 03:00 back to 02:00 */
	assert_int_equal(when("2026-10-25 02:30"), 1792888200);
	assert_int_equal(when("2026-10-25 03:30"), 1792888200 + 7200);
}

static void a_time_that_clocks_jump_over_is_refused(void **state)
{
	(void)state;
	zone(BERLIN);
	assert_int_equal(when("2026-03-29 02:30"), -1);
	assert_int_equal(when("2026-03-29 03:30"), 1774747800);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"soon",
		"+",
		"+1h",
		"-5",
		"1.5",
		"2026-05-31",
		"2026-05-31 14",
		"2026-05-31 14:59x",
		"2026-02-30 12:00",
		"2026-13-01 12:00",
		"2026-05-31 25:00",
		"2026-05-31  ",
		"99999999999999999999",
	};

	(void)state;
	zone("UTC0");
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (when(bad[i]) != -1)
			fail_msg("'%s' was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_now_later_or_seconds),
		cmocka_unit_test(a_local_time_is_of_this_machines_zone),
		cmocka_unit_test(a_local_time_may_be_of_another_zone),
		cmocka_unit_test(of_two_moments_with_one_name_the_first_is_meant),
		cmocka_unit_test(a_time_that_clocks_jump_over_is_refused),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
