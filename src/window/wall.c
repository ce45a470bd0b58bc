/* SPDX-License-Identifier: MIT */
#include "window/wall.h"

#include "base/civil.h"
#include "base/zone.h"

int64_t wall_reach(const struct zone *zone, int64_t day, int64_t minute)
{
	return zone_reach(zone, day * CIVIL_DAY_S + minute * 60);
}

int64_t wall_day(const struct zone *zone, int64_t at)
{
	return civil_floor(at + zone_offset(zone, at), CIVIL_DAY_S);
}
