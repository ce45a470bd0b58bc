/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

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

/* "2026-05-31" of a UTC time into a buffer of at least 11 bytes. */
void clock_format_date(char *out, int64_t at);
