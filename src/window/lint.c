/* SPDX-License-Identifier: MIT */
/* Schedules that can be, and are perhaps not what was meant. */
#include "base/mem.h"
#include "base/civil.h"
#include "window/schedule.h"
#include "window/window.h"

enum { OFFICE_BEGIN = 8 * 60, OFFICE_END = 17 * 60, MONDAY = 1, FRIDAY = 5 };

/* A part of [start, end) of one day lies between the hours. */
static bool overlaps(int64_t start, int64_t end)
{
	return start < OFFICE_END && end > OFFICE_BEGIN;
}

static bool in_office_hours(const struct schedule *s)
{
	int64_t end = s->start + schedule_length(s) / 60;

	/* round the clock is meant */
	if (s->start == s->end && s->equal == SCHEDULE_ALLDAY)
		return false;
	for (int64_t day = MONDAY; day <= FRIDAY; day++) {
		/* the number of a day of which the day of the week is this */
		if (schedule_has_weekday(s, day + 3) && overlaps(s->start, end))
			return true;
		if (schedule_has_weekday(s, day + 2) &&
		    overlaps((int64_t)s->start - CIVIL_DAY_MINUTES, end - CIVIL_DAY_MINUTES))
			return true;
	}
	return false;
}

static int64_t cycle_days(const struct schedule *s)
{
	if (s->kind == SCHEDULE_FLEXIBLE)
		return s->interval;
	return s->interval ? (int64_t)s->interval * 7 : 1;
}

/* Nobody's turn ever comes; NULL: it does. */
static const char *unreachable(const struct schedule *s, int64_t now)
{
	int64_t next;

	if (schedule_day_count(s) == 0)
		return "days: none is chosen; the window never opens, and devices are unreachable";
	if (s->blackout_count && !window_next(s, now, true, &next))
		return "blackout: all windows of the next three years lie within; devices are "
		       "unreachable for all that time";
	return NULL;
}

size_t schedule_lint(void *mem, const struct schedule *s, bool equal_is_given, int64_t now,
		     const char *ret[SCHEDULE_LINT_MAX])
{
	const char *never = unreachable(s, now);
	int64_t length = schedule_length(s);
	size_t n = 0;

	if (s->start == s->end && !equal_is_given)
		ret[n++] =
			"end = start: the window is open for one minute, and few polls will meet "
			"it; say equal = point if that is meant, or equal = allday";
	if (s->kind == SCHEDULE_WEEKLY && s->idle && (int64_t)s->idle * 60 >= length)
		ret[n++] =
			mem_printf(mem,
				   "inactivity: %u minutes are not less than the window, which has "
				   "%d; a phone that counts from the window's start never comes",
				   s->idle, (int)(length / 60));
	if (s->tail && s->tail >= length)
		ret[n++] = "tail: it is not shorter than the window; all phones are due when it "
			   "opens";
	if (s->min_gap && s->min_gap >= cycle_days(s))
		ret[n++] = mem_printf(mem,
				      "min_gap: %u days are not less than a cycle, which has %d; "
				      "phones come less often than interval says",
				      s->min_gap, (int)cycle_days(s));
	if (never)
		ret[n++] = never;
	if (in_office_hours(s))
		ret[n++] = "the window is open on working days between 08:00 and 17:00; phones may "
			   "restart while people use them";
	return n;
}
