/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct schedule;

/*
 * When a device's turn comes.
 *
 * Computed from what is known of the device and the time of asking, and from
 * nothing else: ticks are never replayed, and a changed schedule counts from
 * the next question on.
 */

struct due_state {
	bool has_run;
	int64_t run_day;     /* the day on which the window began in which it last succeeded,
				or that of a success outside of any */
	int64_t enrolled_at; /* UTC seconds; nothing was missed before; 0: not known */
	int64_t active_at;   /* when it was last in use; 0: not known, which is left to the phone */
};

struct due {
	int64_t at; /* from here until `close`; never before `now` */
	int64_t open;
	int64_t close;
	int64_t day; /* on which the window begins */
	bool late;   /* makes up for a window that was missed */
};

/* False: never. */
bool due_next(const struct schedule *schedule, uint64_t mac, int64_t now,
	      const struct due_state *state, struct due *ret);

/*
 * The same instant or the first later one at which the device has been idle
 * long enough and no blackout holds; false when that is not before `close`.
 */
bool due_fit(const struct schedule *schedule, int64_t active_at, int64_t at, int64_t close,
	     int64_t *ret);

/* A successful run: the day to remember as `run_day`. */
int64_t due_run_day(const struct schedule *schedule, int64_t at);
