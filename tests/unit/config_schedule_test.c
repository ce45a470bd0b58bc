/* SPDX-License-Identifier: MIT */
/* [schedule NAME]: windows by the wall clock. */
#include "config_help.h"

#include "base/civil.h"
#include "base/zone.h"

#define NIGHT "[schedule night]\nstart = 00:00\nend = 05:00\n"

static int64_t day_of(const char *date)
{
	int64_t day = 0;

	assert_int_equal(civil_parse_date(date, &day), 0);
	return day;
}

static void a_schedule_has_defaults(void **state)
{
	void *mem = mem_root("test");
	const struct config *config = good(mem, PHONES NIGHT);
	const struct config_schedule *night = config_schedule_find(config, "night");
	const struct schedule *s = &night->schedule;

	(void)state;
	assert_int_equal(config->schedule_count, 1);
	assert_int_equal(config->warnings.count, 0);
	assert_string_equal(s->name, "night");
	assert_string_equal(zone_name(s->zone), "UTC");
	assert_int_equal(s->kind, SCHEDULE_WEEKLY);
	assert_int_equal(s->start, 0);
	assert_int_equal(s->end, 300);
	assert_int_equal(s->days, SCHEDULE_ALL_DAYS);
	assert_int_equal(s->interval, 1);
	assert_int_equal(s->idle, 0);
	assert_int_equal(s->anchor, 0);
	assert_int_equal(s->equal, SCHEDULE_POINT);
	assert_int_equal(s->missed, SCHEDULE_NEXT_WINDOW);
	assert_false(s->rotate);
	assert_int_equal(s->tail, 0);
	assert_int_equal(s->grace, 600);
	assert_int_equal(s->blackout_count, 0);
	assert_null(config_schedule_find(config, "day"));
	assert_null(config_schedule_find(good(mem, PHONES), "night"));
	mem_free(mem);
}

static void every_key_reaches_the_schedule(void **state)
{
	void *mem = mem_root("test");
	const struct config *config =
		good(mem, "[daemon]\ntimezone = Europe/Berlin\n" PHONES NIGHT
			  "days = Sat, sun\ninterval = 4\ninactivity = 30\nanchor = 2026-01-05\n"
			  "equal = allday\nmissed = skip\nrotate = yes\ntail = 90s\ngrace = 1h\n"
			  "min_gap = 3\nblackout = 2026-12-20..2027-01-06 2027-04-02\n"
			  "[schedule there]\nstart = 22:00\nend = 21:00\nkind = flexible\n"
			  "interval = 1000\ntimezone = America/New_York\ntail = 5\n");
	const struct schedule *s = &config_schedule_find(config, "night")->schedule;
	const struct schedule *there = &config_schedule_find(config, "there")->schedule;

	(void)state;
	assert_string_equal(zone_name(s->zone), "Europe/Berlin");
	assert_int_equal(s->days, 1 | 64);
	assert_int_equal(s->interval, 4);
	assert_int_equal(s->idle, 30);
	assert_int_equal(s->anchor, day_of("2026-01-05"));
	assert_int_equal(s->equal, SCHEDULE_ALLDAY);
	assert_int_equal(s->missed, SCHEDULE_SKIP);
	assert_true(s->rotate);
	assert_int_equal(s->tail, 90);
	assert_int_equal(s->grace, 3600);
	assert_int_equal(s->min_gap, 3);
	assert_int_equal(s->blackout_count, 2);
	/* midnight in Berlin, in winter and in summer; the last day is included */
	assert_int_equal(s->blackouts[0].from, day_of("2026-12-20") * CIVIL_DAY_S - 3600);
	assert_int_equal(s->blackouts[0].until, day_of("2027-01-07") * CIVIL_DAY_S - 3600);
	assert_int_equal(s->blackouts[1].from, day_of("2027-04-02") * CIVIL_DAY_S - 7200);
	assert_int_equal(s->blackouts[1].until, day_of("2027-04-03") * CIVIL_DAY_S - 7200);
	assert_string_equal(zone_name(there->zone), "America/New_York");
	assert_int_equal(there->interval, 1000);
	assert_int_equal(there->tail, 300);
	mem_free(mem);
}

static void what_is_printed_reads_back_as_the_same(void **state)
{
	void *mem = mem_root("test");
	const struct config *config = good(
		mem, PHONES NIGHT "days = fri-mon\nblackout = 2026-12-24,2026-12-30..2027-01-02\n"
				  "tail = 2h\ngrace = 61s\nanchor = 2026-01-05\n");
	struct buf *one = buf_new(mem), *two = buf_new(mem);

	(void)state;
	config_print(config, one);
	config_print(good(mem, one->data), two);
	assert_string_equal(one->data, two->data);
	assert_non_null(strstr(one->data, "days = sun mon fri sat\n"));
	assert_non_null(strstr(one->data, "blackout = 2026-12-24 2026-12-30..2027-01-02\n"));
	assert_non_null(strstr(one->data, "tail = 120m\ngrace = 61s\n"));
	mem_free(mem);
}

static void a_bad_schedule_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *keys;
		const char *words;
	} cases[] = {
		{"start = 24:00\nend = 05:00\n", ":4: [schedule x] start: \"24:00\""},
		{"start = 00:00\nend = 05:60\n", ":5: [schedule x] end: \"05:60\""},
		{"start = 00:00\n", ":3: [schedule x] end: missing"},
		{"start = 00:00\nend = 05:00\ninterval = 13\n",
		 ":6: [schedule x] interval: 13 is out of range, expected a number from 0 to 12"},
		{"start = 00:00\nend = 05:00\nkind = flexible\ninterval = 0\n",
		 ":7: [schedule x] interval: 0 is out of range, expected a number from 1 to 1000"},
		{"start = 00:00\nend = 05:00\nkind = flexible\ninterval = 1001\n",
		 ":7: [schedule x] interval: \"1001\""},
		{"start = 00:00\nend = 05:00\ndays =\n",
		 ":6: [schedule x] days: the value is empty"},
		{"start = 00:00\nend = 05:00\ndays = ,\n",
		 ":6: [schedule x] days: no day is chosen"},
		{"start = -1:00\nend = 05:00\n", ":4: [schedule x] start: \"-1:00\""},
		{"start = 00:60\nend = 05:00\n", ":4: [schedule x] start: \"00:60\""},
		{"start = 00:00\nend = 24:00\n", ":5: [schedule x] end: \"24:00\""},
		{"start = 00:00\nend = 05:00\ninterval = -1\n",
		 ":6: [schedule x] interval: \"-1\""},
		{"start = 00:00\nend = 05:00\nkind = monthly\n",
		 ":6: [schedule x] kind: \"monthly\""},
		{"start = 00:00\nend = 05:00\nequal = never\n",
		 ":6: [schedule x] equal: \"never\""},
		{"start = 00:00\nend = 05:00\ndays = mon mon\n", ":6: [schedule x] days: \"mon\""},
		{"start = 00:00\nend = 05:00\ntimezone = Mars/Base\n",
		 ":6: [schedule x] timezone: \"Mars/Base\""},
		{"start = 00:00\nend = 05:00\ninactivity = 121\n",
		 ":6: [schedule x] inactivity: \"121\""},
		{"start = 00:00\nend = 05:00\nanchor = 2026-02-30\n",
		 ":6: [schedule x] anchor: \"2026-02-30\""},
		{"start = 00:00\nend = 05:00\ntail = 25h\n", ":6: [schedule x] tail: \"25h\""},
		{"start = 00:00\nend = 05:00\ngrace = soon\n", ":6: [schedule x] grace: \"soon\""},
		{"start = 00:00\nend = 05:00\nblackout = 2026-12-24..2026-12-23\n",
		 ":6: [schedule x] blackout: \"2026-12-23\""},
		{"start = 00:00\nend = 05:00\nrotate = yes\npin = day\n",
		 ":7: [schedule x] pin: a day that rotates"},
		{"start = 00:00\nend = 05:00\npin = minute\n", ":6: [schedule x] pin: \"minute\""},
		{"start = 00:00\nend = 05:00\npoll = -1\n", ":6: [schedule x] poll: \"-1\""},
		{"start = 00:00\nend = 05:00\nblackout = christmas\n",
		 ":6: [schedule x] blackout: \"christmas\""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		void *mem = mem_root("test");
		char *text = mem_printf(mem, "%s[schedule x]\n%s",
					"[listener p]\nserves = phones\n", cases[i].keys);
		const char *errors = bad(mem, text);

		if (!strstr(errors, cases[i].words))
			fail_msg("%s gave %s", cases[i].keys, errors);
		mem_free(mem);
	}
}

/* An import is written in one piece. */
static void an_import_for_which_others_wait_long_is_warned_of(void **state)
{
	void *mem = mem_root("test");
	const struct config *config =
		good(mem, "[listener p]\nserves = phones\n[limits]\nmax_import_rows = 25000\n");

	(void)state;
	assert_int_equal(config->warnings.count, 0);
	config = good(mem, "[listener p]\nserves = phones\n[limits]\nmax_import_rows = 100000\n");
	assert_int_equal(config->warnings.count, 1);
	assert_non_null(strstr(config->warnings.words[0],
			       ":4: warning: [limits] max_import_rows: while 100000 rows are "
			       "written no registration is answered, for about 4 seconds"));
	mem_free(mem);
}

static void what_may_not_be_meant_is_warned_of_with_its_line(void **state)
{
	static const struct {
		const char *keys;
		const char *words;
	} odd[] = {
		{"start = 02:00\nend = 02:00\n", ":5: warning: [schedule x] end = start:"},
		{"start = 02:00\nend = 02:30\ninactivity = 30\n",
		 ":6: warning: [schedule x] inactivity: 30"},
		{"start = 02:00\nend = 02:30\ntail = 30m\n", ":6: warning: [schedule x] tail:"},
		{"start = 02:00\nend = 04:00\nblackout = 2020-01-01..2099-12-31\n",
		 ":6: warning: [schedule x] blackout: all windows"},
		{"start = 02:00\nend = 04:00\nmin_gap = 7\n",
		 ":6: warning: [schedule x] min_gap: 7"},
		{"start = 09:00\nend = 10:00\n", ":3: warning: [schedule x] the window is open on"},
		{"start = 02:00\nend = 04:00\npoll = 60\n",
		 ":6: warning: [schedule x] poll: phones"},
		{"start = 02:00\nend = 04:00\npin = day\ninterval = 0\n",
		 ":6: warning: [schedule x] pin: day does nothing here"},
		{"start = 02:00\nend = 04:00\nkind = flexible\ndays = mon\n",
		 ":7: warning: [schedule x] days: only weekly"},
		{"start = 00:00\nend = 05:00\ndays = sun\nrollout_image = 40M\nrollout_phones = "
		 "600\n"
		 "rollout_kbits = 10000\n",
		 ":9: warning: [schedule x] rollout_kbits: firmware for 600 phones"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(odd); i++) {
		void *mem = mem_root("test");
		const struct config *config =
			good(mem, mem_printf(mem, "[listener p]\nserves = phones\n[schedule x]\n%s",
					     odd[i].keys));

		assert_int_equal(config->warnings.count, 1);
		if (!strstr(config->warnings.words[0], odd[i].words))
			fail_msg("%s gave %s", odd[i].keys, config->warnings.words[0]);
		mem_free(mem);
	}
}

static void ten_thousand_schedules_are_read_and_found(void **state)
{
	void *mem = mem_root("test");
	struct buf *text = buf_new(mem);
	const struct config *config;

	(void)state;
	buf_adds(text, PHONES);
	for (unsigned i = 0; i < 10000; i++)
		buf_printf(text, "[schedule s%u]\nstart = 00:%02u\nend = 05:00\n", i, i % 60);
	config = good(mem, text->data);
	assert_int_equal(config->schedule_count, 10000);
	assert_int_equal(config_schedule_find(config, "s7777")->start, 7777 % 60);
	buf_adds(text, "[schedule more]\nstart = 00:00\nend = 05:00\n");
	assert_non_null(strstr(bad(mem, text->data), "too many sections, expected at most 10000"));
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_schedule_has_defaults),
		cmocka_unit_test(every_key_reaches_the_schedule),
		cmocka_unit_test(what_is_printed_reads_back_as_the_same),
		cmocka_unit_test(a_bad_schedule_is_refused_with_its_line),
		cmocka_unit_test(an_import_for_which_others_wait_long_is_warned_of),
		cmocka_unit_test(what_may_not_be_meant_is_warned_of_with_its_line),
		cmocka_unit_test(ten_thousand_schedules_are_read_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
