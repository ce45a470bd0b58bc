/* SPDX-License-Identifier: MIT */
#include "window_help.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "window/feasible.h"
#include "window/sentence.h"
#include "window/spread.h"
#include "window/window.h"

static const uint64_t mac = 0x001fc1000000;

static enum window_state state_at(const struct schedule *s, const char *instant)
{
	return window_at(s, at(instant), false).state;
}

static void a_poll_is_on_time_until_the_grace_is_over(void **state)
{
	struct schedule s = recommended("America/New_York");

	(void)state;
	s.grace = 600;
	assert_int_equal(state_at(&s, "2026-01-15T04:59:59Z"), WINDOW_OUTSIDE);
	assert_int_equal(state_at(&s, "2026-01-15T05:00:00Z"), WINDOW_OPEN);
	assert_int_equal(state_at(&s, "2026-01-15T10:09:59Z"), WINDOW_OPEN);
	assert_int_equal(state_at(&s, "2026-01-15T10:10:00Z"), WINDOW_OUTSIDE);
	/* a window until midnight, its grace on the next day */
	s.start = 22 * 60;
	s.end = 0;
	s.days = 1 << 3;
	assert_int_equal(state_at(&s, "2026-01-15T05:05:00Z"), WINDOW_OPEN);
	assert_int_equal(state_at(&s, "2026-01-16T05:05:00Z"), WINDOW_OUTSIDE);
}

static void a_blackout_wins_over_window_and_grace(void **state)
{
	struct blackout blackout = {at("2026-01-15T06:00:00Z"), at("2026-01-16T06:00:00Z")};
	struct schedule s = recommended("America/New_York");
	int64_t next;

	(void)state;
	s.blackouts = &blackout;
	s.blackout_count = 1;
	s.grace = 600;
	assert_int_equal(state_at(&s, "2026-01-15T05:59:59Z"), WINDOW_OPEN);
	assert_int_equal(state_at(&s, "2026-01-15T06:00:00Z"), WINDOW_BLACKOUT);
	assert_int_equal(state_at(&s, "2026-01-15T10:05:00Z"), WINDOW_BLACKOUT);
	assert_int_equal(state_at(&s, "2026-01-15T12:00:00Z"), WINDOW_OUTSIDE);
	assert_int_equal(state_at(&s, "2026-01-16T06:00:00Z"), WINDOW_OPEN);
	assert_true(window_next(&s, at("2026-01-15T06:00:00Z"), false, &next));
	assert_instant(next, "2026-01-16T06:00:00Z");
	assert_true(window_next(&s, at("2026-01-16T10:10:00Z"), false, &next));
	assert_instant(next, "2026-01-17T05:00:00Z");
	assert_true(window_next(&s, at("2026-01-15T05:10:00Z"), false, &next));
	assert_instant(next, "2026-01-15T05:10:00Z");
}

static void weeks_between_are_closed_but_for_who_is_late(void **state)
{
	struct schedule s = recommended("America/New_York");
	int64_t next;

	(void)state;
	s.interval = 4;
	/* week 2924 is one of the fourth weeks, 2925 is not */
	assert_int_equal(state_at(&s, "2026-01-15T06:00:00Z"), WINDOW_OPEN);
	assert_int_equal(state_at(&s, "2026-01-22T06:00:00Z"), WINDOW_OUTSIDE);
	assert_int_equal(window_at(&s, at("2026-01-22T06:00:00Z"), true).state, WINDOW_OPEN);
	assert_true(window_next(&s, at("2026-01-22T06:00:00Z"), false, &next));
	assert_instant(next, "2026-02-08T05:00:00Z");
	s.days = 0;
	assert_false(window_next(&s, at("2026-01-22T06:00:00Z"), false, &next));
}

static void numbers_beyond_xstims_are_refused(void **state)
{
	struct {
		const char *words;
		struct schedule s;
	} bad[] = {
		{"start: 1440", {.start = 1440, .interval = 1}},
		{"end: 1440", {.end = 1440, .interval = 1}},
		{"interval: 13", {.interval = 13}},
		{"interval: 0", {.kind = SCHEDULE_FLEXIBLE}},
		{"interval: 1001", {.kind = SCHEDULE_FLEXIBLE, .interval = 1001}},
		{"days: 128", {.days = 128}},
		{"inactivity: 121", {.idle = 121}},
		{"tail: 86401", {.tail = 86401}},
		{"grace: 86401", {.grace = 86401}},
		{"min_gap: 1001", {.min_gap = 1001}},
	};
	struct schedule most = {
		.start = 1439, .end = 1439, .interval = 12, .days = 127, .idle = 120};
	struct diag diag = {0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(schedule_check(&bad[i].s, &diag), -E_VALUE);
		assert_memory_equal(diag.text, bad[i].words, strlen(bad[i].words));
	}
	assert_int_equal(schedule_check(&most, NULL), 0);
}

static const char *sentence(void *mem, const struct schedule *s)
{
	struct buf *buf = buf_new(mem);

	sentence_schedule(s, buf);
	buf_adds(buf, "; ");
	sentence_device(s, mac, buf);
	return buf->data;
}

static void a_schedule_is_said_in_a_sentence(void **state)
{
	struct schedule s = recommended("America/New_York");

	assert_string_equal(sentence(*state, &s),
			    "Every day between 00:00 and 05:00 America/New_York, each phone once a "
			    "week; on Thursday at 00:53");
	s.days = 62;
	s.interval = 4;
	s.idle = 30;
	assert_string_equal(sentence(*state, &s),
			    "Mon–Fri of every 4th week between 00:00 and 05:00 America/New_York, "
			    "each phone once in 4 weeks, when it has been idle for 30 minutes; on "
			    "Thursday at 00:53");
	s = recommended("UTC");
	s.days = 1 | 2 | 64 | 8;
	s.interval = 0;
	s.start = 22 * 60;
	assert_string_equal(sentence(*state, &s),
			    "Wed, Sat–Mon between 22:00 and 05:00 of the next day UTC, each phone "
			    "every time; each time at 23:14");
	s.kind = SCHEDULE_FLEXIBLE;
	s.interval = 30;
	s.end = s.start;
	assert_string_equal(sentence(*state, &s),
			    "Every day at 22:00 UTC, each phone once in 30 days; every 30 days at "
			    "22:00");
	s.equal = SCHEDULE_ALLDAY;
	s.rotate = true;
	assert_string_equal(sentence(*state, &s),
			    "Every day for 24 hours from 22:00 UTC, each phone once in 30 days; on "
			    "another day and at another time in each cycle");
}

static void assert_lint(void *mem, const struct schedule *s, const char *expected)
{
	const char *found[SCHEDULE_LINT_MAX];
	size_t count = schedule_lint(mem, s, false, at("2026-01-01T00:00:00Z"), found);

	assert_int_equal(count, *expected != '\0');
	if (count)
		assert_memory_equal(found[0], expected, strlen(expected));
}

static void what_may_not_be_meant_is_said(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct schedule odd = s;
	struct blackout ever = {at("2025-12-01T00:00:00Z"), at("2036-01-01T00:00:00Z")};
	const char *found[SCHEDULE_LINT_MAX];

	assert_lint(*state, &s, "");
	odd.end = odd.start;
	assert_lint(*state, &odd, "end = start:");
	assert_int_equal(schedule_lint(*state, &odd, true, at("2026-01-01T00:00:00Z"), found), 0);
	odd = s;
	odd.end = 30;
	odd.idle = 30;
	assert_lint(*state, &odd, "inactivity: 30 minutes");
	odd = s;
	odd.tail = 5 * 3600;
	assert_lint(*state, &odd, "tail:");
	odd = s;
	odd.min_gap = 7;
	assert_lint(*state, &odd, "min_gap: 7 days");
	odd = s;
	odd.days = 0;
	assert_lint(*state, &odd, "days: none is chosen");
	odd = s;
	odd.blackouts = &ever;
	odd.blackout_count = 1;
	assert_lint(*state, &odd, "blackout: all windows");
	ever.until = at("2028-01-01T00:00:00Z");
	assert_lint(*state, &odd, "");
	odd = s;
	odd.end = 8 * 60 + 1;
	assert_lint(*state, &odd, "the window is open on working days");
	odd.days = 1 | 64;
	assert_lint(*state, &odd, "");
	/* Sunday's night goes on into Monday's morning */
	odd.start = 22 * 60;
	odd.end = 9 * 60;
	odd.days = 1;
	assert_lint(*state, &odd, "the window is open on working days");
	odd.days = 32;
	assert_lint(*state, &odd, "");
}

static void a_rollout_is_held_against_its_link(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct feasible_rollout rollout = {
		.phones = 600, .image_bytes = 40000000, .link_bps = 10000000};
	struct feasible f = feasible_of(&s, &rollout);

	(void)state;
	assert_int_equal(f.phones, 86);
	assert_int_equal(f.need_s, 3578);
	assert_int_equal(f.have_s, 18000);
	assert_true(f.fits);
	s.days = 1;
	f = feasible_of(&s, &rollout);
	assert_int_equal(f.need_s, 24960);
	assert_false(f.fits);
	rollout.link_bps *= 10;
	f = feasible_of(&s, &rollout);
	assert_int_equal(f.need_s, 2496);
	assert_true(f.fits);
	s.tail = 5 * 3600;
	assert_false(feasible_of(&s, &rollout).fits);
}

static void a_rollout_goes_to_its_share_of_the_fleet(void **state)
{
	static const unsigned shares[] = {1, 10, 50, 100};
	static const unsigned expected[] = {101, 948, 4982, 10000};

	(void)state;
	assert_int_equal(spread_wave(mac, "fw-2.42.6"), 9458);
	assert_int_equal(spread_wave(mac, "fw-2.42.7"), 4362);
	assert_int_equal(spread_wave(0x001fc11c22a9, "fw-2.42.6"), 3471);
	for (size_t i = 0; i < COUNT_OF(shares); i++) {
		unsigned count = 0;

		for (uint64_t m = mac; m < mac + 10000; m++)
			count += spread_wave_is_open(m, "fw-2.42.6", shares[i]);
		assert_int_equal(count, expected[i]);
	}
}

static int setup(void **state)
{
	*state = mem_root("window_test");
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
		cmocka_unit_test(a_poll_is_on_time_until_the_grace_is_over),
		cmocka_unit_test(a_blackout_wins_over_window_and_grace),
		cmocka_unit_test(weeks_between_are_closed_but_for_who_is_late),
		cmocka_unit_test(numbers_beyond_xstims_are_refused),
		cmocka_unit_test(a_schedule_is_said_in_a_sentence),
		cmocka_unit_test(what_may_not_be_meant_is_said),
		cmocka_unit_test(a_rollout_is_held_against_its_link),
		cmocka_unit_test(a_rollout_goes_to_its_share_of_the_fleet),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
