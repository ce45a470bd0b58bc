/* SPDX-License-Identifier: MIT */
/* What phones that keep a schedule themselves are told of one. */
#include "window_help.h"

#include "config/config.h"
#include "fleet/phone_schedule.h"
#include "render/document.h"
#include "window/cycle.h"
#include "window/occurrence.h"

#define MAC 0x001fc1000000

static struct config_schedule section_of(struct schedule s, unsigned pin)
{
	return (struct config_schedule){.name = s.name, .pin = pin, .schedule = s};
}

static void all_of_it_is_told_where_nothing_is_pinned(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct document_schedule told;
	struct config_schedule section;

	(void)state;
	s.idle = 30;
	section = section_of(s, PIN_NO);
	section.poll = 1440;
	phone_schedule_of(&section, MAC, &told);
	assert_string_equal(told.name, "default");
	assert_int_equal(told.kind, DOCUMENT_WEEKLY);
	assert_int_equal(told.start, 0);
	assert_int_equal(told.end, 300);
	assert_int_equal(told.interval, 1);
	assert_int_equal(told.days, 127);
	assert_int_equal(told.idle, 30);
	assert_int_equal(told.poll, 1440);
}

static void equal_times_keep_their_meaning(void **state)
{
	struct schedule s = recommended("UTC");
	struct document_schedule told;
	struct config_schedule section;

	(void)state;
	s.start = s.end = 120;
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.start, 120);
	assert_int_equal(told.end, 120);
	s.equal = SCHEDULE_ALLDAY;
	section = section_of(s, PIN_NO);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.start, 120);
	assert_int_equal(told.end, 119);
	s.start = s.end = 0;
	section = section_of(s, PIN_NO);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.end, 1439);
}

/* 001fc1000000 has Thursday, 00:53, in the schedule that the manufacturer recommends. */
static void the_device_s_own_day_and_hour_are_pinned(void **state)
{
	struct schedule s = recommended("America/New_York");
	struct config_schedule section = section_of(s, PIN_DAY);
	struct document_schedule told;

	(void)state;
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.days, 1 << 4);
	assert_int_equal(told.start, 0);
	assert_int_equal(told.end, 300);
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.days, 1 << 4);
	assert_int_equal(told.start, 0);
	assert_int_equal(told.end, 60);
	assert_int_equal(told.interval, 1);
}

/* An hour in which a phone cannot become idle would never be used. */
static void a_pinned_hour_is_longer_than_the_time_of_idleness(void **state)
{
	struct schedule s = recommended("UTC");
	struct config_schedule section;
	struct document_schedule told;

	(void)state;
	s.idle = 60;
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.end - told.start, 300);
	assert_int_equal(told.days, 1 << 4);
	s.idle = 59;
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.end - told.start, 60);
}

/* Days that are not one device's: interval 0, and by days. */
static void where_no_day_is_the_device_s_only_the_hour_is_pinned(void **state)
{
	struct schedule s = recommended("UTC");
	struct config_schedule section;
	struct document_schedule told;

	(void)state;
	s.interval = 0;
	s.days = 0x2a;
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.days, 0x2a);
	assert_int_equal(told.end - told.start, 60);
	s.kind = SCHEDULE_FLEXIBLE;
	s.interval = 30;
	section = section_of(s, PIN_HOUR);
	phone_schedule_of(&section, MAC, &told);
	assert_int_equal(told.kind, DOCUMENT_FLEXIBLE);
	assert_int_equal(told.interval, 30);
	assert_int_equal(told.end - told.start, 60);
}

/* With the clock of the phone: the turn lies in what it is told, that in a window. */
static void check_turn(const struct schedule *s, uint64_t mac, const struct document_schedule *told)
{
	struct occurrence window, lies_in;
	int64_t own, turn, day, from, until;

	assert_true(cycle_own_day(s, mac, 3, &own));
	window = occurrence_of(s, own);
	turn = cycle_slot(s, mac, &window);
	day = civil_floor(turn, CIVIL_DAY_S);
	from = day * CIVIL_DAY_S + told->start * 60;
	until = day * CIVIL_DAY_S + told->end * 60;
	if (told->end < told->start || told->end == 0) {
		if (turn < from && told->end > 0) { /* the whole window, begun the day before */
			from -= CIVIL_DAY_S;
			day--;
		} else {
			until += CIVIL_DAY_S;
		}
	}
	if (!(told->days >> civil_weekday(day) & 1) || turn < from || turn >= until)
		fail_msg("a turn at %lld is not in %lld to %lld, days %x", (long long)turn,
			 (long long)from, (long long)until, (unsigned)told->days);
	assert_int_equal(told->days & (told->days - 1), 0);
	assert_true(occurrence_contains(s, from, true, &lies_in));
	assert_true(until <= lies_in.close);
	assert_true(until - from > (int64_t)s->idle * 60);
}

static void a_pinned_hour_holds_the_device_s_turn(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct schedule s = recommended("UTC");
		struct config_schedule section;
		struct document_schedule told;
		uint64_t mac;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		s.start = (unsigned)(seed >> 8 & 0xffff) % 1440;
		s.end = (unsigned)(seed >> 24 & 0xffff) % 1440;
		s.interval = (unsigned)(seed >> 40 & 0xff) % 12 + 1;
		s.days = (unsigned)(seed >> 48) % 127 + 1;
		s.tail = i % 5 ? 0 : 600;
		s.idle = i % 3 ? 0 : 30;
		if (s.start == s.end || schedule_length(&s) <= s.idle * 60)
			continue;
		mac = seed & 0xffffffffffff;
		section = section_of(s, i % 4 ? PIN_HOUR : PIN_DAY);
		phone_schedule_of(&section, (int64_t)mac, &told);
		check_turn(&s, mac, &told);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_is_told_where_nothing_is_pinned),
		cmocka_unit_test(equal_times_keep_their_meaning),
		cmocka_unit_test(the_device_s_own_day_and_hour_are_pinned),
		cmocka_unit_test(a_pinned_hour_is_longer_than_the_time_of_idleness),
		cmocka_unit_test(where_no_day_is_the_device_s_only_the_hour_is_pinned),
		cmocka_unit_test(a_pinned_hour_holds_the_device_s_turn),
	};

	return cmocka_run_group_tests_name("phone schedules", tests, NULL, NULL);
}
