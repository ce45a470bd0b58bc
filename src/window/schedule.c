/* SPDX-License-Identifier: MIT */
#include "window/schedule.h"

#include "base/civil.h"

static int range(struct diag *reterr, const char *key, unsigned value, unsigned least,
		 unsigned most)
{
	if (value >= least && value <= most)
		return 0;
	return diag_set(reterr, -E_VALUE, "%s: %u is out of range, expected a number from %u to %u",
			key, value, least, most);
}

static int own_check(const struct schedule *s, struct diag *reterr)
{
	int r;

	if (s->kind == SCHEDULE_FLEXIBLE)
		return range(reterr, "interval", s->interval, 1, SCHEDULE_DAYS_MAX);
	r = range(reterr, "interval", s->interval, 0, SCHEDULE_WEEKS_MAX);
	if (r == 0)
		r = range(reterr, "days", s->days, 0, SCHEDULE_ALL_DAYS);
	if (r == 0)
		r = range(reterr, "inactivity", s->idle, 0, SCHEDULE_IDLE_MAX);
	return r;
}

int schedule_check(const struct schedule *s, struct diag *reterr)
{
	int r = range(reterr, "start", s->start, 0, CIVIL_DAY_MINUTES - 1);

	if (r == 0)
		r = range(reterr, "end", s->end, 0, CIVIL_DAY_MINUTES - 1);
	if (r == 0)
		r = own_check(s, reterr);
	if (r == 0)
		r = range(reterr, "tail", s->tail, 0, SCHEDULE_SPAN_MAX);
	if (r == 0)
		r = range(reterr, "grace", s->grace, 0, SCHEDULE_SPAN_MAX);
	if (r == 0)
		r = range(reterr, "min_gap", s->min_gap, 0, SCHEDULE_DAYS_MAX);
	return r;
}

int64_t schedule_length(const struct schedule *s)
{
	if (s->start == s->end)
		return s->equal == SCHEDULE_ALLDAY ? CIVIL_DAY_S : 60;
	return civil_modulo((int64_t)s->end - s->start, CIVIL_DAY_MINUTES) * 60;
}

unsigned schedule_day_count(const struct schedule *s)
{
	return s->kind == SCHEDULE_FLEXIBLE ? 7 : (unsigned)__builtin_popcount(s->days);
}

bool schedule_has_weekday(const struct schedule *s, int64_t day)
{
	return s->kind == SCHEDULE_FLEXIBLE || (s->days >> civil_weekday(day) & 1);
}

bool schedule_has_day(const struct schedule *s, int64_t day)
{
	if (!schedule_has_weekday(s, day))
		return false;
	if (s->kind == SCHEDULE_FLEXIBLE || s->interval == 0)
		return true;
	return civil_modulo(civil_week(day) - civil_week(s->anchor), s->interval) == 0;
}
