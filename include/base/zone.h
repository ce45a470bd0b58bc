/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

/*
 * Time zones by their IANA names, from the machine's zoneinfo files (TZDIR, or
 * /usr/share/zoneinfo).  libc knows one zone at a time for the whole process;
 * these may be used by any thread, and as many as wanted.
 */

struct zone;

enum { ZONE_NAME_MAX = 64 };

/* "Europe/Berlin"; "UTC" needs no file.  -E_ZONE when there is none.  It belongs to `mem`. */
int zone_open(void *mem, const char *name, struct zone **ret) MUST_CHECK;

/* Seconds that clocks there are ahead of UTC. */
int64_t zone_offset(const struct zone *zone, int64_t at);

/*
 * The moment at which clocks there show `local` (seconds since 1970 as if they
 * showed UTC).  Of two, when clocks go back, the first; false for one that
 * they jump over.
 */
bool zone_moment(const struct zone *zone, int64_t local, int64_t *ret);
