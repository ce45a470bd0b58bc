/* SPDX-License-Identifier: MIT */
#include "window/cycle.h"

#include "base/civil.h"
#include "window/occurrence.h"
#include "window/schedule.h"
#include "window/spread.h"

int64_t cycle_of(const struct schedule *s, int64_t day)
{
	if (s->kind == SCHEDULE_FLEXIBLE)
		return civil_floor(day - s->anchor, s->interval);
	if (s->interval == 0)
		return day;
	return civil_floor(civil_week(day) - civil_week(s->anchor), s->interval);
}

int64_t cycle_first_day(const struct schedule *s, int64_t cycle)
{
	if (s->kind == SCHEDULE_FLEXIBLE)
		return s->anchor + cycle * s->interval;
	if (s->interval == 0)
		return cycle;
	return (civil_week(s->anchor) + cycle * s->interval) * 7 - 4;
}

static uint32_t dice(const struct schedule *s, uint64_t mac, enum spread_purpose purpose,
		     int64_t cycle)
{
	return spread_hash(mac, s->name, purpose, s->rotate ? cycle : 0);
}

bool cycle_own_day(const struct schedule *s, uint64_t mac, int64_t cycle, int64_t *ret)
{
	int64_t first = cycle_first_day(s, cycle);
	uint32_t n;

	if (s->kind == SCHEDULE_FLEXIBLE) {
		*ret = first + spread_scale(dice(s, mac, SPREAD_DAY, cycle), s->interval);
		return true;
	}
	if (s->interval == 0) {
		*ret = first;
		return schedule_has_weekday(s, first);
	}
	if (s->days == 0)
		return false;
	/* the n-th of the chosen days of the cycle's first week, Sunday first */
	n = spread_scale(dice(s, mac, SPREAD_DAY, cycle), schedule_day_count(s));
	for (int64_t day = first;; day++) {
		if (!schedule_has_weekday(s, day) || n-- > 0)
			continue;
		*ret = day;
		return true;
	}
}

/* In the day's own cycle or the next; of cycles that are days, any day of the week. */
bool cycle_own_day_from(const struct schedule *s, uint64_t mac, int64_t day, int64_t *ret)
{
	int64_t cycle = cycle_of(s, day);
	int64_t own;

	for (int64_t next = cycle; next < cycle + 7; next++) {
		if (!cycle_own_day(s, mac, next, &own) || own < day)
			continue;
		*ret = own;
		return true;
	}
	return false;
}

bool cycle_own_day_until(const struct schedule *s, uint64_t mac, int64_t day, int64_t *ret)
{
	int64_t cycle = cycle_of(s, day);
	int64_t own;

	for (int64_t last = cycle; last > cycle - 7; last--) {
		if (!cycle_own_day(s, mac, last, &own) || own > day)
			continue;
		*ret = own;
		return true;
	}
	return false;
}

int64_t cycle_slot_offset(const struct schedule *s, uint64_t mac, int64_t cycle, int64_t length)
{
	int64_t usable = length - s->tail;

	return spread_scale(dice(s, mac, SPREAD_SLOT, cycle), usable > 1 ? (uint32_t)usable : 1);
}

int64_t cycle_slot(const struct schedule *s, uint64_t mac, const struct occurrence *o)
{
	return o->open + cycle_slot_offset(s, mac, cycle_of(s, o->day), o->close - o->open);
}
