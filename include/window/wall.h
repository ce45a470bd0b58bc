/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct zone;

/* The clock on the wall of a zone. */

/*
 * The earliest instant at which the clock shows the minute of the day, or
 * something later.  Of an hour that is repeated the first pass; for one that
 * is left out, the moment of the change.  `minute` may be 1440 or more.
 */
int64_t wall_reach(const struct zone *zone, int64_t day, int64_t minute);

/* The day that the calendar shows. */
int64_t wall_day(const struct zone *zone, int64_t at);
