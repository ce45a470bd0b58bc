/* SPDX-License-Identifier: MIT */
/* tests/data/xstim.json, made with another program, against the functions of window. */
#include "window_help.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "window/cycle.h"
#include "window/due.h"
#include "window/occurrence.h"
#include "window/spread.h"

static const char *text(const json_t *v, const char *name)
{
	return json_string_value(json_object_get(v, name));
}

static int64_t number(const json_t *v, const char *name, int64_t other)
{
	const json_t *value = json_object_get(v, name);

	return json_is_integer(value) ? json_integer_value(value) : other;
}

static uint64_t mac_of(const json_t *v)
{
	return strtoull(text(v, "mac"), NULL, 16);
}

static unsigned minute_of(const json_t *v, const char *name)
{
	unsigned minute = 0;

	if (!text(v, name))
		return (unsigned)number(v, name, 0);
	assert_int_equal(civil_parse_minute(text(v, name), &minute), 0);
	return minute;
}

static struct schedule schedule_of(const json_t *v)
{
	const char *kind = text(v, "kind");
	struct schedule s = {
		.name = text(v, "name") ? text(v, "name") : "default",
		.zone = zone_of(text(v, "tz") ? text(v, "tz") : "UTC"),
		.kind = kind && strcmp(kind, "flex") == 0 ? SCHEDULE_FLEXIBLE : SCHEDULE_WEEKLY,
		.start = minute_of(v, "start"),
		.end = minute_of(v, "end"),
		.interval = (unsigned)number(v, "interval", 0),
		.days = (unsigned)number(v, "days", SCHEDULE_ALL_DAYS),
		.anchor = text(v, "anchor") ? on(text(v, "anchor")) : 0,
	};

	if (text(v, "equal"))
		s.equal = strcmp(text(v, "equal"), "allday") == 0;
	if (text(v, "missed"))
		s.missed = strcmp(text(v, "missed"), "skip") == 0;
	return s;
}

static void hash_check(const json_t *v)
{
	uint32_t hash =
		spread_hash(mac_of(v), text(v, "salt"),
			    (enum spread_purpose)number(v, "purpose", 0), number(v, "cycle", 0));

	assert_int_equal(hash, strtoul(text(v, "h32"), NULL, 16));
}

static void occurrence_check(const json_t *v)
{
	struct schedule s = schedule_of(v);
	struct occurrence o = occurrence_of(&s, on(text(v, "start_day")));

	assert_int_equal(o.open, number(v, "open", 0));
	assert_int_equal(o.close, number(v, "close", 0));
}

static void contains_check(const json_t *v)
{
	struct schedule s = schedule_of(v);
	struct occurrence o;
	bool found = occurrence_contains(&s, at(text(v, "t")), false, &o);

	assert_int_equal(found, text(v, "start_day") != NULL);
	if (found)
		assert_day(o.day, text(v, "start_day"));
}

static void calendar_check(const json_t *v)
{
	const json_t *active = json_object_get(v, "active");
	struct schedule s = schedule_of(v);
	size_t n = 0;

	for (int64_t day = on("2025-12-21"); day < on("2026-04-20"); day++)
		if (schedule_has_day(&s, day))
			assert_day(day, json_string_value(json_array_get(active, n++)));
	assert_int_equal(n, json_array_size(active));
}

static void week_check(const json_t *v)
{
	int64_t day = on(text(v, "date"));

	assert_int_equal(day, number(v, "day", 99));
	assert_int_equal(civil_weekday(day), number(v, "wday", 99));
	assert_int_equal(civil_week(day), number(v, "week", 99));
}

static void assign_check(const json_t *v, struct schedule s)
{
	int64_t cycle = number(v, "cycle", -1), day;
	struct occurrence o;

	assert_true(cycle_own_day(&s, mac_of(v), cycle, &day));
	assert_day(day, text(v, "day"));
	assert_int_equal(cycle_of(&s, day), cycle);
	if (text(v, "cycle_first"))
		assert_day(cycle_first_day(&s, cycle), text(v, "cycle_first"));
	o = occurrence_of(&s, day);
	assert_instant(cycle_slot(&s, mac_of(v), &o), text(v, "due"));
}

static void assign_weekly_check(const json_t *v)
{
	assign_check(v, schedule_of(v));
}

static void assign_flex_check(const json_t *v)
{
	struct schedule s = schedule_of(v);

	s.kind = SCHEDULE_FLEXIBLE;
	assign_check(v, s);
}

static void next_due_check(const json_t *v)
{
	const json_t *expected = json_object_get(v, "expect");
	const char *run = text(v, "last_ok_day"), *enrolled = text(v, "enrolled_at");
	struct due_state state = {.has_run = run != NULL,
				  .run_day = run ? on(run) : 0,
				  .enrolled_at = enrolled ? at(enrolled) : 0};
	struct schedule s = schedule_of(v);
	struct due due;
	bool found = due_next(&s, mac_of(v), at(text(v, "now")), &state, &due);

	assert_int_equal(found, json_is_object(expected));
	if (!found)
		return;
	assert_instant(due.at, text(expected, "due"));
	assert_instant(due.open, text(expected, "open"));
	assert_instant(due.close, text(expected, "close"));
	assert_day(due.day, text(expected, "start_day"));
	assert_int_equal(due.late, json_is_true(json_object_get(expected, "late")));
}

static void check(const char *name, size_t count, void (*one)(const json_t *v))
{
	json_error_t error;
	json_t *all = json_load_file("tests/data/xstim.json", 0, &error);
	const json_t *v;
	size_t i;

	if (!all)
		fail_msg("tests/data/xstim.json: %s", error.text);
	assert_int_equal(json_array_size(json_object_get(all, name)), count);
	json_array_foreach(json_object_get(all, name), i, v) one(v);
	json_decref(all);
}

#define GROUP(name, count)                                                                         \
	static void the_vectors_of_##name##_hold(void **state)                                     \
	{                                                                                          \
		(void)state;                                                                       \
		check(#name, count, name##_check);                                                 \
	}

GROUP(hash, 168)
GROUP(occurrence, 35)
GROUP(contains, 31)
GROUP(calendar, 7)
GROUP(week, 11)
GROUP(assign_weekly, 6)
GROUP(assign_flex, 21)
GROUP(next_due, 22)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_hash_hold),
		cmocka_unit_test(the_vectors_of_occurrence_hold),
		cmocka_unit_test(the_vectors_of_contains_hold),
		cmocka_unit_test(the_vectors_of_calendar_hold),
		cmocka_unit_test(the_vectors_of_week_hold),
		cmocka_unit_test(the_vectors_of_assign_weekly_hold),
		cmocka_unit_test(the_vectors_of_assign_flex_hold),
		cmocka_unit_test(the_vectors_of_next_due_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
