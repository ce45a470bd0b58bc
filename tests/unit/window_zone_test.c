/* SPDX-License-Identifier: MIT */
#include "window_help.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mem.h"
#include "window/wall.h"

enum { HOUR = 3600, AROUND_MINUTES = 30 * 60 };

static const char *const odd[] = {
	"America/New_York",  "Europe/Berlin",	  "Europe/Dublin",	 "America/Santiago",
	"Africa/Cairo",	     "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia",
	"Pacific/Chatham",   "Asia/Kathmandu",	  "Asia/Tehran",	 "Asia/Pyongyang",
	"America/Caracas",   "America/Nuuk",	  "Antarctica/Troll",	 "Asia/Gaza",
	"America/Sao_Paulo", "Europe/Volgograd",
};

/* What the C library makes of the zone, which shares no line with ours. */
static int64_t wall_of(int64_t t)
{
	time_t x = (time_t)t;
	struct tm tm;

	localtime_r(&x, &tm);
	return t + tm.tm_gmtoff;
}

static void system_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void offsets_are_those_of_the_c_library(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		const struct zone *zone = zone_of(odd[i]);

		system_zone(odd[i]);
		/* 1971 to 2100: far beyond the file's last transition */
		for (int64_t t = 31536000; t < INT64_C(4102444800); t += 3 * HOUR + 17 * 60)
			if (t + zone_at(zone, t).offset != wall_of(t))
				fail_msg("%s: another offset at %lld", odd[i], (long long)t);
	}
}

static void check_reach(const char *name, const struct zone *zone, int64_t change)
{
	static int64_t walls[2 * AROUND_MINUTES];
	int64_t begin = change - AROUND_MINUTES * 60;
	int64_t low = wall_of(change - 1) - 3 * HOUR;
	int64_t high = wall_of(change) + 3 * HOUR;

	for (size_t i = 0; i < COUNT_OF(walls); i++)
		walls[i] = wall_of(begin + (int64_t)i * 60);
	if (low > high) {
		int64_t swap = low;

		low = high - 6 * HOUR;
		high = swap + 6 * HOUR;
	}
	for (int64_t wall = low - low % 60; wall < high; wall += 5 * 60) {
		int64_t day = civil_floor(wall, CIVIL_DAY_S);
		size_t first = 0;

		while (first < COUNT_OF(walls) && walls[first] < wall)
			first++;
		assert_in_range(first, 1, COUNT_OF(walls) - 1);
		if (wall_reach(zone, day, (wall - day * CIVIL_DAY_S) / 60) !=
		    begin + (int64_t)first * 60)
			fail_msg("%s: %lld is reached at another time around %lld", name,
				 (long long)wall, (long long)change);
	}
}

static void a_minute_is_reached_when_a_scan_of_all_minutes_finds_it(void **state)
{
	unsigned changes = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		const struct zone *zone = zone_of(odd[i]);

		system_zone(odd[i]);
		int64_t t = at("2011-01-01T00:00:00Z");

		while ((t = zone_at(zone, t).until) < at("2036-01-01T00:00:00Z")) {
			check_reach(odd[i], zone, t);
			changes++;
		}
	}
	assert_in_range(changes, 400, 2000);
}

static void a_day_that_was_left_out_begins_with_the_next(void **state)
{
	const struct zone *apia = zone_of("Pacific/Apia");

	(void)state;
	/* Samoa had no 2011-12-30 */
	assert_instant(wall_reach(apia, on("2011-12-30"), 720), "2011-12-30T10:00:00Z");
	assert_instant(wall_reach(apia, on("2011-12-31"), 0), "2011-12-30T10:00:00Z");
	assert_day(wall_day(apia, at("2011-12-30T09:59:59Z")), "2011-12-29");
	assert_day(wall_day(apia, at("2011-12-30T10:00:00Z")), "2011-12-31");
}

/* A file of version 2 with nothing but a footer and one type. */
static struct buf *footer_file(void *mem, const char *footer)
{
	struct buf *buf = buf_new(mem);

	for (int block = 0; block < 2; block++) {
		buf_add(buf, "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
		buf_add(buf, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4", 24);
		buf_add(buf, "\0\0\0\0\0\0UTC\0", 10);
	}
	buf_printf(buf, "\n%s\n", footer);
	return buf;
}

static const struct zone *footer_zone(void *mem, const char *footer)
{
	struct buf *buf = footer_file(mem, footer);
	const struct zone *zone;
	struct diag diag = {0};

	if (zone_parse(mem, "Test/Footer", buf->data, buf->len, &zone, &diag) < 0)
		fail_msg("%s: %s", footer, diag.text);
	return zone;
}

static void a_footer_alone_is_what_the_c_library_makes_of_it(void **state)
{
	static const char *const footers[] = {"EST5EDT,M3.2.0,M11.1.0",
					      "CET-1CEST,M3.5.0,M10.5.0/3",
					      "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
					      "IST-1GMT0,M10.5.0,M3.5.0/1",
					      "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
					      "<+0545>-5:45",
					      "EET-2EEST,M4.5.5/0,M10.5.4/24",
					      "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
					      "AAA3BBB,J60/2,J300",
					      "AAA3BBB,59/2:30:15,300/23",
					      "NZST-12NZDT,M9.5.0,M4.1.0/3"};

	for (size_t i = 0; i < COUNT_OF(footers); i++) {
		const struct zone *zone = footer_zone(*state, footers[i]);

		system_zone(footers[i]);
		for (int64_t t = at("1999-12-20T00:00:00Z"); t < at("2033-01-10T00:00:00Z");
		     t += 1800) {
			struct zone_span span = zone_at(zone, t);

			if (t + span.offset != wall_of(t))
				fail_msg("%s: another offset at %lld", footers[i], (long long)t);
			assert_true(span.until > t);
		}
	}
}

/* The C library does not know such years, RFC 9636 does. */
static void daylight_time_may_last_all_the_year(void **state)
{
	const struct zone *zone = footer_zone(*state, "XXX3EDT4,0/0,J365/23");
	const struct zone *late = footer_zone(*state, "AAA3BBB,59/2,364/25");

	for (int64_t t = at("1999-12-20T00:00:00Z"); t < at("2033-01-10T00:00:00Z"); t += 1800)
		assert_int_equal(zone_at(zone, t).offset, -4 * HOUR);
	assert_int_equal(zone_at(late, at("2026-01-01T02:59:59Z")).offset, -2 * HOUR);
	assert_int_equal(zone_at(late, at("2026-01-01T03:00:00Z")).offset, -3 * HOUR);
}

static void what_is_no_footer_is_refused(void **state)
{
	static const char *const bad[] = {"E5",
					  "EST",
					  "EST25",
					  "EST5EDT",
					  "EST5EDT,M3.2.0",
					  "EST5EDT,M13.1.0,M11.1.0",
					  "EST5EDT,M3.6.0,M11.1.0",
					  "EST5EDT,M3.2.7,M11.1.0",
					  "EST5EDT,J0,J300",
					  "EST5EDT,J1,J366",
					  "EST5EDT,366,1",
					  "EST5EDT,M3.2.0/168,M11.1.0",
					  "EST5EDT,M3.2.0,M11.1.0,",
					  "<EST5",
					  "EST5:60",
					  "EST5 ",
					  "EST99999999999999999999",
					  "<+12:00>-12"};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct buf *buf = footer_file(*state, bad[i]);
		const struct zone *zone = NULL;

		if (zone_parse(*state, "x", buf->data, buf->len, &zone, NULL) != -E_ZONE)
			fail_msg("\"%s\" was taken for a footer", bad[i]);
		assert_null(zone);
	}
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = {"",
					  "/etc/passwd",
					  "../../../etc/passwd",
					  "Europe/../Europe/Berlin",
					  "Europe",
					  "Europe/",
					  "Europe//Berlin",
					  "Europe/Berlin\n",
					  "./Europe/Berlin",
					  "zone.tab",
					  "tzdata.zi",
					  "leap-seconds.list",
					  "Europe/Atlantis",
					  "right/Europe/Berlin",
					  "%2e%2e",
					  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
					  "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	const struct zone *zone = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct diag diag = {0};
		int r = zone_find(bad[i], &zone, &diag);

		if (r != -E_ZONE)
			fail_msg("\"%s\" gave %d", bad[i], r);
		assert_true(diag.text[0] != '\0');
		assert_null(zone);
	}
}

static void *ask(void *found)
{
	const struct zone **zones = found;

	for (size_t i = 0; i < COUNT_OF(odd); i++)
		zones[i] = zone_of(odd[i]);
	return NULL;
}

static void a_zone_is_one_for_all_threads(void **state)
{
	enum { THREADS = 8 };
	const struct zone *zones[THREADS][COUNT_OF(odd)];
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, zones[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (size_t i = 1; i < THREADS; i++)
		assert_memory_equal(zones[i], zones[0], sizeof(zones[0]));
}

static int setup(void **state)
{
	*state = mem_root("window_zone_test");
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
		cmocka_unit_test(a_zone_is_one_for_all_threads),
		cmocka_unit_test(offsets_are_those_of_the_c_library),
		cmocka_unit_test(a_minute_is_reached_when_a_scan_of_all_minutes_finds_it),
		cmocka_unit_test(a_day_that_was_left_out_begins_with_the_next),
		cmocka_unit_test(a_footer_alone_is_what_the_c_library_makes_of_it),
		cmocka_unit_test(daylight_time_may_last_all_the_year),
		cmocka_unit_test(what_is_no_footer_is_refused),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
