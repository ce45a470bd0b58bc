/* SPDX-License-Identifier: MIT */
#include "window_help.h"

#include "window/cycle.h"
#include "window/due.h"
#include "window/occurrence.h"
#include "window/spread.h"
#include "window/wall.h"
#include "window/window.h"

enum { HOUR = 3600 };

static const uint64_t mac = 0x001fc1000000;

/* Numbers that are the same in every run. */
static uint64_t dice_state;

static uint32_t dice(uint32_t n)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return spread_scale((uint32_t)(dice_state >> 32), n);
}

/* Offline from `begin` until before `end`. */
struct outages {
	struct {
		int64_t begin, end;
	} list[512];
	size_t count;
};

static void outages_make(struct outages *outages, int64_t from, int64_t until, uint32_t seed)
{
	outages->count = 0;
	dice_state = seed;
	for (int64_t t = from; t < until && outages->count < COUNT_OF(outages->list);) {
		int64_t begin = t + dice(9 * CIVIL_DAY_S);
		int64_t end = begin + 600 + dice(dice(3) ? 6 * HOUR : 20 * CIVIL_DAY_S);

		outages->list[outages->count].begin = begin;
		outages->list[outages->count++].end = end;
		t = end + 1;
	}
}

static int64_t online_from(const struct outages *outages, int64_t t)
{
	for (size_t i = 0; i < outages->count; i++)
		if (t >= outages->list[i].begin && t < outages->list[i].end)
			return outages->list[i].end;
	return t;
}

static void check_run(const struct schedule *s, int64_t t, const struct due *due,
		      const struct due_state *before)
{
	struct occurrence o;

	assert_true(occurrence_contains(s, t, due->late, &o));
	assert_true(o.day == due->day || (t >= due->open && t < due->close));
	assert_true(schedule_has_weekday(s, due->day));
	assert_in_range(t, due->open, due->close - 1);
	if (before->has_run)
		assert_true(cycle_of(s, due->day) > cycle_of(s, before->run_day));
	if (!due->late) {
		int64_t own;

		assert_true(cycle_own_day(s, mac, cycle_of(s, due->day), &own));
		assert_int_equal(own, due->day);
	}
}

/* Two years; how often it ran. */
static unsigned simulate(const struct schedule *s, const struct outages *outages)
{
	int64_t now = at("2026-01-01T12:00:00Z"), end = at("2028-01-01T12:00:00Z");
	struct due_state state = {.enrolled_at = now};
	unsigned runs = 0;
	struct due due;

	while (due_next(s, mac, now, &state, &due) && due.at < end) {
		int64_t t = online_from(outages, due.at);

		assert_true(due.at >= now);
		if (t >= due.close) {
			now = due.close;
			continue;
		}
		check_run(s, t, &due, &state);
		if (outages->count == 0 && runs > 0) {
			assert_false(due.late);
			assert_int_equal(cycle_of(s, due.day), cycle_of(s, state.run_day) + 1);
		}
		state.has_run = true;
		state.run_day = due.day;
		now = t + 60;
		runs++;
	}
	return runs;
}

static size_t schedules(struct schedule *list)
{
	struct schedule base = recommended("America/New_York");
	size_t n = 0;

	list[n++] = base;
	list[n] = base;
	list[n].interval = 4;
	list[n++].days = 1 << 2 | 1 << 4;
	list[n] = base;
	list[n].start = 22 * 60;
	list[n].end = 4 * 60;
	list[n++].days = 1 << 6;
	list[n] = recommended("Australia/Lord_Howe");
	list[n].start = 90;
	list[n++].interval = 12;
	list[n] = recommended("Africa/Cairo");
	list[n].rotate = true;
	list[n++].tail = 3600;
	list[n] = recommended("America/Santiago");
	list[n].kind = SCHEDULE_FLEXIBLE;
	list[n].start = 23 * 60 + 30;
	list[n].end = 30;
	list[n++].interval = 30;
	list[n] = recommended("Europe/Berlin");
	list[n].kind = SCHEDULE_FLEXIBLE;
	list[n++].interval = 1;
	list[n] = recommended("Europe/Berlin");
	list[n].kind = SCHEDULE_FLEXIBLE;
	list[n].rotate = true;
	list[n++].interval = 7;
	return n;
}

static void a_device_that_is_always_there_comes_in_every_cycle(void **state)
{
	static const unsigned expected[] = {104, 26, 105, 9, 104, 25, 731, 105};
	static struct outages none;
	struct schedule list[8];
	size_t count = schedules(list);

	(void)state;
	assert_int_equal(count, COUNT_OF(expected));
	for (size_t i = 0; i < count; i++)
		assert_in_range(simulate(&list[i], &none), expected[i] - 1, expected[i] + 1);
}

static void two_years_of_outages_never_make_it_come_twice(void **state)
{
	static struct outages outages;
	struct schedule list[8];
	size_t count = schedules(list);

	(void)state;
	for (uint32_t seed = 1; seed <= 40; seed++) {
		outages_make(&outages, at("2026-01-01T12:00:00Z"), at("2028-01-01T12:00:00Z"),
			     seed);
		for (size_t i = 0; i < count; i++)
			assert_true(simulate(&list[i], &outages) > 4);
	}
}

static void a_blackout_puts_the_turn_off(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state known = {.enrolled_at = at("2026-01-10T12:00:00Z")};
	struct blackout within = {at("2026-01-15T05:30:00Z"), at("2026-01-15T06:30:00Z")};
	struct blackout all = {at("2026-01-15T00:00:00Z"), at("2026-01-16T20:00:00Z")};
	struct blackout ever = {at("2026-01-15T00:00:00Z"), at("9999-12-31T00:00:00Z")};
	struct due due;

	(void)state;
	s.blackout_count = 1;
	s.blackouts = &within;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-15T06:30:00Z");
	assert_false(due.late);
	s.blackouts = &all;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-17T05:53:20Z");
	assert_true(due.late);
	s.missed = SCHEDULE_SKIP;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-22T05:53:20Z");
	assert_false(due.late);
	s.blackouts = &ever;
	assert_false(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
}

static void a_call_puts_the_turn_off(void **state)
{
	struct schedule s = recommended("America/New_York");
	int64_t due = at("2026-01-15T05:53:20Z"), close = at("2026-01-15T10:00:00Z"), found;

	(void)state;
	s.idle = 30;
	assert_true(due_fit(&s, 0, due, close, &found));
	assert_instant(found, "2026-01-15T05:53:20Z");
	assert_true(due_fit(&s, at("2026-01-15T05:23:20Z"), due, close, &found));
	assert_instant(found, "2026-01-15T05:53:20Z");
	assert_true(due_fit(&s, at("2026-01-15T05:30:00Z"), due, close, &found));
	assert_instant(found, "2026-01-15T06:00:00Z");
	assert_true(due_fit(&s, at("2026-01-15T09:29:59Z"), due, close, &found));
	assert_instant(found, "2026-01-15T09:59:59Z");
	assert_false(due_fit(&s, at("2026-01-15T09:30:00Z"), due, close, &found));
}

static void a_call_until_the_end_makes_it_come_later(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state known = {.enrolled_at = at("2026-01-10T12:00:00Z"),
				  .active_at = at("2026-01-15T09:45:00Z")};
	struct due due;

	(void)state;
	s.idle = 30;
	assert_true(due_next(&s, mac, at("2026-01-15T09:46:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-16T05:53:20Z");
	assert_true(due.late);
}

static void two_runs_keep_the_gap(void **state)
{
	struct schedule s = recommended("America/New_York");
	/* a late run on Saturday of the week before */
	struct due_state known = {.enrolled_at = at("2026-01-01T12:00:00Z"),
				  .has_run = true,
				  .run_day = on("2026-01-10")};
	struct due due;

	(void)state;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_day(due.day, "2026-01-15");
	s.min_gap = 7;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_day(due.day, "2026-01-17");
	assert_true(due.late);
}

static void a_clock_that_was_ahead_holds_nothing_back(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state known = {.enrolled_at = at("2036-01-01T12:00:00Z"),
				  .has_run = true,
				  .run_day = on("2036-02-01"),
				  .active_at = at("2036-01-01T12:00:00Z")};
	struct due due;

	(void)state;
	s.idle = 30;
	assert_true(due_next(&s, mac, at("2026-01-11T06:00:00Z"), &known, &due));
	assert_day(due.day, "2026-01-22");
}

static void a_device_of_which_nothing_is_known_has_missed_nothing(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state nothing = {0};
	struct due due;

	(void)state;
	assert_true(due_next(&s, mac, at("2026-01-16T15:00:00Z"), &nothing, &due));
	assert_day(due.day, "2026-01-22");
	assert_false(due.late);
}

static void nothing_is_begun_in_the_tail(void **state)
{
	struct schedule s = recommended("America/New_York");
	int64_t latest = 0;

	(void)state;
	s.tail = 4 * HOUR;
	for (uint64_t m = mac; m < mac + 1000; m++) {
		int64_t offset = cycle_slot_offset(&s, m, 0, schedule_length(&s));

		assert_in_range(offset, 0, HOUR - 1);
		if (offset > latest)
			latest = offset;
	}
	assert_true(latest > HOUR * 9 / 10);
	s.tail = 6 * HOUR;
	assert_int_equal(cycle_slot_offset(&s, mac, 0, schedule_length(&s)), 0);
}

static void a_rotating_schedule_moves_the_turn(void **state)
{
	struct schedule s = recommended("America/New_York");
	unsigned weekdays = 0;

	(void)state;
	s.rotate = true;
	for (int64_t cycle = 2900; cycle < 2960; cycle++) {
		int64_t day;

		assert_true(cycle_own_day(&s, mac, cycle, &day));
		weekdays |= 1u << civil_weekday(day);
	}
	assert_int_equal(weekdays, SCHEDULE_ALL_DAYS);
}

/* Nothing is kept but the day of the last run, so nothing has to be begun anew. */
static void a_changed_schedule_counts_from_the_next_question_on(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state known = {.enrolled_at = at("2026-01-01T12:00:00Z"),
				  .has_run = true,
				  .run_day = on("2026-01-15")};
	int64_t now = at("2026-01-16T12:00:00Z");
	struct due due;

	(void)state;
	assert_true(due_next(&s, mac, now, &known, &due));
	assert_instant(due.at, "2026-01-22T05:53:20Z");
	/* Every day: the run of the 15th has nothing to do with the 17th. */
	s.interval = 0;
	assert_true(due_next(&s, mac, now, &known, &due));
	assert_day(due.day, "2026-01-17");
	assert_false(due.late);
	/* Four weeks: it is in the same cycle. */
	s.interval = 4;
	assert_true(due_next(&s, mac, now, &known, &due));
	assert_day(due.day, "2026-02-12");
	/* Other hours. */
	s.interval = 1;
	s.start = 22 * 60;
	s.end = 23 * 60;
	assert_true(due_next(&s, mac, now, &known, &due));
	assert_day(due.day, "2026-01-22");
	assert_in_range(due.at, at("2026-01-23T03:00:00Z"), at("2026-01-23T04:00:00Z") - 1);
	/* Another zone, where the last run's day may be one off: at most one run more or less. */
	s = recommended("Pacific/Auckland");
	assert_true(due_next(&s, mac, now, &known, &due));
	assert_in_range(due.at, now, now + 8 * CIVIL_DAY_S);
}

static void what_was_in_use_a_moment_ago_is_looked_at_again_when_it_is_due(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct due_state known = {.enrolled_at = at("2026-01-10T12:00:00Z"),
				  .active_at = at("2026-01-15T05:50:00Z")};
	struct due due;

	(void)state;
	s.idle = 30;
	assert_true(due_next(&s, mac, at("2026-01-15T05:51:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-15T06:20:00Z");
	/* It was in use once more meanwhile. */
	known.active_at = at("2026-01-15T06:10:00Z");
	assert_true(due_next(&s, mac, due.at, &known, &due));
	assert_instant(due.at, "2026-01-15T06:40:00Z");
	/* Idle time before the window counts; of a flexible schedule nobody asks for it. */
	known.active_at = at("2026-01-15T04:31:00Z");
	assert_true(due_next(&s, mac, at("2026-01-15T04:40:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-15T05:53:20Z");
	s.kind = SCHEDULE_FLEXIBLE;
	known.active_at = at("2026-01-15T05:50:00Z");
	assert_true(due_next(&s, mac, at("2026-01-15T05:51:00Z"), &known, &due));
	assert_instant(due.at, "2026-01-15T05:53:20Z");
}

/* 600 phones, bought together: days and minutes of their own for nearly all of them. */
static void a_fleet_is_spread_over_days_and_minutes(void **state)
{
	static const unsigned days[] = {91, 80, 82, 87, 81, 104, 75};
	struct schedule s = recommended("America/New_York");
	static unsigned minutes[7 * CIVIL_DAY_MINUTES];
	unsigned found[7] = {0}, used = 0, most = 0;

	(void)state;
	for (uint64_t m = 0x001fc1200000; m < 0x001fc1200000 + 600; m++) {
		int64_t day, offset = cycle_slot_offset(&s, m, 0, schedule_length(&s));
		unsigned *minute;

		assert_true(cycle_own_day(&s, m, 2924, &day));
		found[civil_weekday(day)]++;
		minute = &minutes[civil_weekday(day) * CIVIL_DAY_MINUTES + offset / 60];
		used += ++*minute == 1;
		most = *minute > most ? *minute : most;
	}
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(found[i], days[i]);
	assert_int_equal(most, 3);
	assert_int_equal(used, 522);
}

static void a_run_belongs_to_the_day_on_which_its_window_began(void **state)
{
	struct schedule s = recommended("America/New_York");

	(void)state;
	s.start = 22 * 60;
	s.end = 4 * 60;
	s.days = 1 << 6;
	s.grace = 600;
	/* Sunday 01:00, 04:05 in the grace, and 12:00 */
	assert_day(due_run_day(&s, at("2026-01-18T06:00:00Z")), "2026-01-17");
	assert_day(due_run_day(&s, at("2026-01-18T09:05:00Z")), "2026-01-17");
	assert_day(due_run_day(&s, at("2026-01-18T17:00:00Z")), "2026-01-18");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_always_there_comes_in_every_cycle),
		cmocka_unit_test(two_years_of_outages_never_make_it_come_twice),
		cmocka_unit_test(a_blackout_puts_the_turn_off),
		cmocka_unit_test(a_call_puts_the_turn_off),
		cmocka_unit_test(a_call_until_the_end_makes_it_come_later),
		cmocka_unit_test(two_runs_keep_the_gap),
		cmocka_unit_test(a_clock_that_was_ahead_holds_nothing_back),
		cmocka_unit_test(a_device_of_which_nothing_is_known_has_missed_nothing),
		cmocka_unit_test(nothing_is_begun_in_the_tail),
		cmocka_unit_test(a_rotating_schedule_moves_the_turn),
		cmocka_unit_test(a_changed_schedule_counts_from_the_next_question_on),
		cmocka_unit_test(what_was_in_use_a_moment_ago_is_looked_at_again_when_it_is_due),
		cmocka_unit_test(a_fleet_is_spread_over_days_and_minutes),
		cmocka_unit_test(a_run_belongs_to_the_day_on_which_its_window_began),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
