/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct zone;

/*
 * The time of day, which tests may set.  Nothing else in the product asks the
 * system for it.
 */

/* UTC seconds. */
int64_t clock_now(void);
int64_t clock_now_ms(void);

/* Milliseconds that only ever grow; never set. */
int64_t clock_monotonic_ms(void);

/* From now on the clock stands at `now`; 0 lets it run again. */
void clock_set(int64_t now);

/* The zone of dates; NULL: UTC, as it is at first.  Before there are threads of others. */
void clock_set_zone(const struct zone *zone);

/* "2026-05-31" of a UTC time, in that zone, into a buffer of at least 11 bytes. */
void clock_format_date(char *out, int64_t at);
