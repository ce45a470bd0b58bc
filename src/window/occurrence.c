/* SPDX-License-Identifier: MIT */
#include "window/occurrence.h"

#include "base/civil.h"
#include "window/schedule.h"
#include "window/wall.h"

struct occurrence occurrence_of(const struct schedule *s, int64_t day)
{
	struct occurrence o = {.day = day, .open = wall_reach(s->zone, day, s->start)};

	if (s->end == s->start && s->equal == SCHEDULE_POINT) {
		o.close = o.open + 60;
		return o;
	}
	o.close = wall_reach(s->zone, s->end <= s->start ? day + 1 : day, s->end);
	/* all of it in an hour that is left out: no night is lost */
	if (o.close <= o.open)
		o.close = o.open + schedule_length(s);
	return o;
}

bool occurrence_contains(const struct schedule *s, int64_t at, bool any_week,
			 struct occurrence *ret)
{
	int64_t today = wall_day(s->zone, at);

	for (int64_t day = today; day >= today - 1; day--) {
		struct occurrence o;

		if (any_week ? !schedule_has_weekday(s, day) : !schedule_has_day(s, day))
			continue;
		o = occurrence_of(s, day);
		if (at < o.open || at >= o.close)
			continue;
		*ret = o;
		return true;
	}
	return false;
}
