/* SPDX-License-Identifier: MIT */
/* Zones against the C library, which knows one at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/zone.h"

static void clocks_are_where_the_c_library_has_them(void **state)
{
	static const char *const names[] = {
		"UTC",
		"Europe/Berlin",
		"Europe/London",
		"Europe/Dublin",
		"America/New_York",
		"America/St_Johns",
		"America/Nuuk",
		"America/Sao_Paulo",
		"Australia/Sydney",
		"Asia/Kathmandu",
		"Asia/Jerusalem",
		"Africa/Casablanca",
		"Pacific/Chatham",
		"Pacific/Apia",
		"Etc/GMT+5",
		"Asia/Tehran",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct zone *zone;

		assert_int_equal(zone_find(names[i], &zone, NULL), 0);
		setenv("TZ", names[i], 1);
		tzset();
		/* From 1940 to 2100, with a step that meets all hours. */
		for (int64_t at = -946771200; at < 4102444800; at += 40009) {
			time_t t = at;
			struct tm tm;

			assert_non_null(localtime_r(&t, &tm));
			if (zone_offset(zone, at) != tm.tm_gmtoff)
				fail_msg("%s at %lld: %lld, not %ld", names[i], (long long)at,
					 (long long)zone_offset(zone, at), tm.tm_gmtoff);
		}
	}
	unsetenv("TZ");
	tzset();
}

static void a_time_that_is_there_twice_is_the_first_and_one_that_is_not_is_none(void **state)
{
	const struct zone *zone;
	int64_t at;

	(void)state;
	assert_int_equal(zone_find("Europe/Berlin", &zone, NULL), 0);
	/* 2026-11-22 14:59 */
	assert_true(zone_moment(zone, 1795359540, &at));
	assert_int_equal(at, 1795359540 - 3600);
	/* 2026-03-29: from 02:00 to 03:00 there is nothing. */
	assert_true(zone_moment(zone, 1774749599, &at));
	assert_int_equal(at, 1774749599 - 3600);
	assert_false(zone_moment(zone, 1774749600, &at));
	assert_false(zone_moment(zone, 1774753199, &at));
	assert_true(zone_moment(zone, 1774753200, &at));
	assert_int_equal(at, 1774753200 - 7200);
	/* 2026-10-25: from 02:00 to 03:00 is there twice. */
	assert_true(zone_moment(zone, 1792893600, &at));
	assert_int_equal(at, 1792893600 - 7200);
	assert_true(zone_moment(zone, 1792897199, &at));
	assert_int_equal(at, 1792897199 - 7200);
	assert_true(zone_moment(zone, 1792897200, &at));
	assert_int_equal(at, 1792897200 - 3600);
}

static void what_is_no_zone_is_refused(void **state)
{
	static const char *const names[] = {
		"",
		"/",
		"../UTC",
		"/etc/passwd",
		"Europe",
		"Europe/",
		"Nowhere/City",
		"Europe/Berlin/",
		"zone.tab",
		"Europe//Berlin",
		"Europe/Ber lin",
		"a\x01",
		"posix/../UTC",
	};
	const struct zone *zone;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (zone_find(names[i], &zone, NULL) != -E_ZONE)
			fail_msg("taken: %s", names[i]);
}

static void a_broken_file_is_no_zone(void **state)
{
	char good[16384];
	FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "r");
	size_t len;
	unsigned seed = 1;

	(void)state;
	assert_non_null(file);
	len = fread(good, 1, sizeof(good), file);
	fclose(file);
	for (size_t i = 0; i < 20000; i++) {
		size_t size = i < len ? i : len;
		char *bad = mem_memdup(NULL, good, size);
		const struct zone *zone;
		int64_t at;

		if (size == len) {
			bad[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
			bad[(size_t)rand_r(&seed) % 90] = (char)rand_r(&seed);
		}
		/* Cut short it is none; with other bytes it must only do no harm. */
		if (zone_parse(bad, "Broken", bad, size, &zone, NULL) == 0) {
			assert_int_equal(size, len);
			zone_offset(zone, 1795359540);
			zone_offset(zone, -1795359540);
			zone_moment(zone, 4102444800, &at);
		}
		mem_free(bad);
	}
}

static void zones_are_found_where_tzdir_says(void **state)
{
	const struct zone *zone;

	(void)state;
	setenv("TZDIR", "/usr/share/zoneinfo/America", 1);
	assert_int_equal(zone_find("Halifax", &zone, NULL), 0);
	assert_int_equal(zone_find("Europe/Sofia", &zone, NULL), -E_ZONE);
	unsetenv("TZDIR");
	assert_int_equal(zone_find("Europe/Sofia", &zone, NULL), 0);
}

static void dates_are_those_of_the_zone(void **state)
{
	const struct zone *zone;
	char date[11];

	(void)state;
	clock_format_date(date, 1795388400); /* 2026-11-22 23:00 UTC */
	assert_string_equal(date, "2026-11-22");
	assert_int_equal(zone_find("Europe/Berlin", &zone, NULL), 0);
	clock_set_zone(zone);
	clock_format_date(date, 1795388400);
	assert_string_equal(date, "2026-11-23");
	clock_format_date(date, 1795388399);
	assert_string_equal(date, "2026-11-22");
	clock_set_zone(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_are_where_the_c_library_has_them),
		cmocka_unit_test(
			a_time_that_is_there_twice_is_the_first_and_one_that_is_not_is_none),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(a_broken_file_is_no_zone),
		cmocka_unit_test(zones_are_found_where_tzdir_says),
		cmocka_unit_test(dates_are_those_of_the_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
