/* SPDX-License-Identifier: MIT */
#include "window/window.h"

#include "base/civil.h"
#include "window/schedule.h"
#include "window/wall.h"

enum { LOOK_AHEAD_DAYS = 1100 };

static const struct blackout *blackout_at(const struct schedule *s, int64_t at)
{
	for (size_t i = 0; i < s->blackout_count; i++)
		if (at >= s->blackouts[i].from && at < s->blackouts[i].until)
			return &s->blackouts[i];
	return NULL;
}

static bool has_day(const struct schedule *s, int64_t day, bool any_week)
{
	return any_week ? schedule_has_weekday(s, day) : schedule_has_day(s, day);
}

static bool in_grace(const struct schedule *s, int64_t at, bool any_week, struct occurrence *ret)
{
	int64_t last = wall_day(s->zone, at - s->grace) - 1;

	for (int64_t day = wall_day(s->zone, at); s->grace && day >= last; day--) {
		struct occurrence o;

		if (!has_day(s, day, any_week))
			continue;
		o = occurrence_of(s, day);
		if (at < o.open || at >= o.close + s->grace)
			continue;
		*ret = o;
		return true;
	}
	return false;
}

struct window window_at(const struct schedule *s, int64_t at, bool any_week)
{
	struct window window = {.state = WINDOW_OUTSIDE};

	if (!occurrence_contains(s, at, any_week, &window.occurrence) &&
	    !in_grace(s, at, any_week, &window.occurrence))
		return window;
	window.state = blackout_at(s, at) ? WINDOW_BLACKOUT : WINDOW_OPEN;
	return window;
}

const char *window_state_name(enum window_state state)
{
	static const char *const names[] = {
		[WINDOW_OPEN] = "open",
		[WINDOW_OUTSIDE] = "outside-window",
		[WINDOW_BLACKOUT] = "blackout",
	};

	return names[state];
}

/* The first instant of [at, close) that is in no blackout. */
static bool clear_from(const struct schedule *s, int64_t at, int64_t close, int64_t *ret)
{
	const struct blackout *blackout;

	while (at < close && (blackout = blackout_at(s, at)))
		at = blackout->until;
	*ret = at;
	return at < close;
}

bool window_next(const struct schedule *s, int64_t at, bool any_week, int64_t *ret)
{
	int64_t first = wall_day(s->zone, at - s->grace) - 1;

	for (int64_t day = first; day < first + LOOK_AHEAD_DAYS; day++) {
		struct occurrence o;

		if (!has_day(s, day, any_week))
			continue;
		o = occurrence_of(s, day);
		if (clear_from(s, o.open > at ? o.open : at, o.close + s->grace, ret))
			return true;
	}
	return false;
}
