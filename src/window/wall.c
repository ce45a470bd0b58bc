/* SPDX-License-Identifier: MIT */
#include "window/wall.h"

#include "window/civil.h"
#include "window/zone.h"
#include "zone_data.h"

/* Stretch by stretch of one offset, from before the first that could be it. */
int64_t wall_reach(const struct zone *zone, int64_t day, int64_t minute)
{
	int64_t wall = day * CIVIL_DAY_S + minute * 60;
	int64_t from = wall - ZONE_OFFSET_MAX - 1;

	for (;;) {
		struct zone_span span = zone_at(zone, from);
		int64_t at = wall - span.offset;

		if (at < from)
			at = from;
		if (at < span.until)
			return at;
		from = span.until;
	}
}

int64_t wall_day(const struct zone *zone, int64_t at)
{
	return civil_floor(at + zone_at(zone, at).offset, CIVIL_DAY_S);
}

int64_t wall_second(const struct zone *zone, int64_t at)
{
	return civil_modulo(at + zone_at(zone, at).offset, CIVIL_DAY_S);
}
