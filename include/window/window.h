/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "window/occurrence.h"

/*
 * Whether a poll comes at the right time.
 *
 * A poll is on time in any window of the schedule, whoever's turn it is, and
 * for `grace` behind it: a phone's clock may be slow, or a call went on.  In a
 * blackout it never is.
 */

struct schedule;

enum window_state { WINDOW_OPEN, WINDOW_OUTSIDE, WINDOW_BLACKOUT };

struct window {
	enum window_state state;
	struct occurrence occurrence; /* unless OUTSIDE: the window that it lies in */
};

/* `any_week`: windows of weeks that the interval leaves out count, too; for a device that is late. */
struct window window_at(const struct schedule *schedule, int64_t at, bool any_week);

/* "open", "outside-window", "blackout": reason codes. */
const char *window_state_name(enum window_state state);

/*
 * From when on a poll is on time: `at` itself, or when the next window opens.
 * False when that is not within three years.
 */
bool window_next(const struct schedule *schedule, int64_t at, bool any_week, int64_t *ret);
