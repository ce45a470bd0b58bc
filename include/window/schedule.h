/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct zone;

/*
 * A schedule: windows by a zone's wall clock, with XSTIM's meaning and ranges.
 *
 * WEEKLY: on the chosen days of every `interval`-th week, each device once in
 * such a stretch of weeks; with interval 0 on each chosen day.  FLEXIBLE: on
 * every day, each device once in `interval` days.  The name is the hash's salt.
 */

enum schedule_kind { SCHEDULE_WEEKLY, SCHEDULE_FLEXIBLE };
enum schedule_equal { SCHEDULE_POINT, SCHEDULE_ALLDAY };
enum schedule_missed { SCHEDULE_NEXT_WINDOW, SCHEDULE_SKIP };

enum {
	SCHEDULE_WEEKS_MAX = 12,
	SCHEDULE_DAYS_MAX = 1000,
	SCHEDULE_IDLE_MAX = 120, /* minutes */
	SCHEDULE_ALL_DAYS = 127,
	SCHEDULE_SPAN_MAX = 86400, /* seconds of tail and grace */
};

/* No window is open from `from` until before `until`, UTC seconds. */
struct blackout {
	int64_t from;
	int64_t until;
};

struct schedule {
	const char *name;
	const struct zone *zone;
	unsigned kind;	   /* enum schedule_kind */
	unsigned start;	   /* minute of the day */
	unsigned end;	   /* before or at start: on the next day; see `equal` */
	unsigned interval; /* weeks or days */
	unsigned days;	   /* weekly: bit 0 Sunday to bit 6 Saturday; none: never */
	unsigned idle;	   /* weekly: minutes without a call, 0: not asked */
	int64_t anchor;	   /* a day from which weeks or days are counted; 0 is XSTIM's */
	unsigned equal;	   /* enum schedule_equal: what end = start means */
	unsigned missed;   /* enum schedule_missed */
	bool rotate;	   /* another day and time in each cycle */
	unsigned tail;	   /* seconds at a window's end in which nothing is begun */
	unsigned grace;	   /* seconds behind a window in which polls are still taken for punctual */
	unsigned min_gap;  /* days between two runs of a device at least */
	const struct blackout *blackouts;
	size_t blackout_count;
};

/*
 * Holds everything against its range; -E_VALUE.  `reterr` names the key as it
 * is called in the ini and begins with it: "interval: …".
 */
int schedule_check(const struct schedule *schedule, struct diag *reterr) MUST_CHECK;

/* Seconds that a window has where no clock is changed. */
int64_t schedule_length(const struct schedule *schedule);

/* How many days of the week are chosen; flexible: all. */
unsigned schedule_day_count(const struct schedule *schedule);

/* Whether the day of the week is chosen, whatever the week. */
bool schedule_has_weekday(const struct schedule *schedule, int64_t day);

/* Whether a window begins on the day. */
bool schedule_has_day(const struct schedule *schedule, int64_t day);

/*
 * What is allowed but perhaps not meant: a sentence each, no more than LINT_MAX.
 * `now` is for whether it is reached at all from then on.
 */
enum { SCHEDULE_LINT_MAX = 8 };
size_t schedule_lint(void *mem, const struct schedule *schedule, bool equal_is_given, int64_t now,
		     const char *ret[SCHEDULE_LINT_MAX]);
