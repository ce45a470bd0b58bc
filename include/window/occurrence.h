/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct schedule;

/*
 * A window on one day: the instants from `open` until before `close`.  It
 * belongs to the day on which it begins, also where it ends on the next.
 */

struct occurrence {
	int64_t day;
	int64_t open;
	int64_t close;
};

/* The window that begins on the day, whether or not the schedule has that day. */
struct occurrence occurrence_of(const struct schedule *schedule, int64_t day);

/*
 * The window in which an instant lies; false when it lies in none.  With
 * `any_week` the days of every week count: for a device that is late.
 */
bool occurrence_contains(const struct schedule *schedule, int64_t at, bool any_week,
			 struct occurrence *ret);
