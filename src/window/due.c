/* SPDX-License-Identifier: MIT */
/*
 * A device has its turn on its own day of each cycle that it has not had a
 * success in.  A turn that was missed is made up for, once, in the next window
 * of any chosen day of the week, however many were missed: a success on a day
 * covers all cycles until that day's.
 */
#include "window/due.h"

#include "base/civil.h"
#include "window/cycle.h"
#include "window/occurrence.h"
#include "window/schedule.h"
#include "window/wall.h"
#include "window/window.h"

enum { BLACKOUT_DAYS = 3660 };

struct question {
	const struct schedule *schedule;
	uint64_t mac;
	int64_t now;
	struct due_state state;
};

static bool satisfied(const struct question *q, int64_t day)
{
	const struct schedule *s = q->schedule;

	return q->state.has_run && q->state.run_day >= cycle_first_day(s, cycle_of(s, day));
}

static bool too_soon(const struct question *q, int64_t day)
{
	return q->state.has_run && day - q->state.run_day < q->schedule->min_gap;
}

bool due_fit(const struct schedule *s, int64_t active_at, int64_t at, int64_t close, int64_t *ret)
{
	int64_t idle = (int64_t)s->idle * 60;
	bool moved = true;

	if (s->kind == SCHEDULE_WEEKLY && active_at && at < active_at + idle)
		at = active_at + idle;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < s->blackout_count; i++) {
			if (at < s->blackouts[i].from || at >= s->blackouts[i].until)
				continue;
			at = s->blackouts[i].until;
			moved = true;
		}
	}
	if (at >= close)
		return false;
	*ret = at;
	return true;
}

/* Whether the last of the device's own windows that have closed went by unused. */
static bool missed(const struct question *q)
{
	const struct schedule *s = q->schedule;
	int64_t day = wall_day(s->zone, q->now);

	while (cycle_own_day_until(s, q->mac, day, &day)) {
		struct occurrence o = occurrence_of(s, day);

		if (o.close <= q->now)
			return o.close > q->state.enrolled_at && !satisfied(q, day);
		day--;
	}
	return false;
}

enum tried { CLOSED, TAKEN_AWAY, FITS };

static enum tried try_day(const struct question *q, int64_t day, struct due *ret)
{
	const struct schedule *s = q->schedule;
	struct occurrence o = occurrence_of(s, day);
	int64_t at;

	if (o.close <= q->now)
		return CLOSED;
	if (too_soon(q, day))
		return TAKEN_AWAY;
	at = cycle_slot(s, q->mac, &o);
	if (at < q->now)
		at = q->now;
	if (!due_fit(s, q->state.active_at, at, o.close, &at))
		return TAKEN_AWAY;
	*ret = (struct due){.at = at, .open = o.open, .close = o.close, .day = day};
	return FITS;
}

/* Two cycles without a blackout hold all that can come; longer ones than ten years are for ever. */
static int64_t last_day(const struct question *q)
{
	const struct schedule *s = q->schedule;
	int64_t from = q->now;
	int64_t most = q->now + (int64_t)BLACKOUT_DAYS * CIVIL_DAY_S;
	int64_t cycle_days = s->kind == SCHEDULE_FLEXIBLE ? s->interval
			     : s->interval		  ? (int64_t)s->interval * 7
							  : 7;

	for (size_t i = 0; i < s->blackout_count; i++)
		if (s->blackouts[i].until > from)
			from = s->blackouts[i].until;
	if (from > most)
		from = most;
	return wall_day(s->zone, from) + 2 * cycle_days + s->min_gap + 8;
}

static bool search(const struct question *q, struct due *ret)
{
	const struct schedule *s = q->schedule;
	bool late = s->missed == SCHEDULE_NEXT_WINDOW && missed(q);
	int64_t end = last_day(q);

	for (int64_t day = wall_day(s->zone, q->now) - 1; day <= end; day++) {
		enum tried tried;
		int64_t own;
		bool mine;

		if (!cycle_own_day_from(s, q->mac, day, &own))
			return false;
		if (!late)
			day = own;
		mine = own == day && !satisfied(q, day);
		if ((!mine && !late) || !schedule_has_weekday(s, day))
			continue;
		tried = try_day(q, day, ret);
		if (tried == FITS) {
			ret->late = !mine;
			return true;
		}
		/* what a blackout or a call takes away is made up for like any other */
		if (mine && tried == TAKEN_AWAY && s->missed == SCHEDULE_NEXT_WINDOW)
			late = true;
	}
	return false;
}

bool due_next(const struct schedule *s, uint64_t mac, int64_t now, const struct due_state *state,
	      struct due *ret)
{
	struct question q = {.schedule = s, .mac = mac, .now = now, .state = *state};
	int64_t today = wall_day(s->zone, now);

	/* what is known of a time to come was written by a clock that was wrong */
	if (q.state.run_day > today)
		q.state.run_day = today;
	if (q.state.enrolled_at > now || (!q.state.enrolled_at && !q.state.has_run))
		q.state.enrolled_at = now;
	if (q.state.active_at > now)
		q.state.active_at = now;
	return search(&q, ret);
}

int64_t due_run_day(const struct schedule *s, int64_t at)
{
	struct window window = window_at(s, at, true);

	return window.state == WINDOW_OUTSIDE ? wall_day(s->zone, at) : window.occurrence.day;
}
