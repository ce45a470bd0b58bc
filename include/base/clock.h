/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

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
int64_t clock_monotonic_us(void);

/* From now on the clock stands at `now`; 0 lets it run again. */
void clock_set(int64_t now);

/*
 * The clock is what a file says, for tests of the whole daemon: 8 bytes, UTC
 * seconds in the machine's order, mapped, so that whoever writes them sets it.
 * Only by the environment, never by the ini, and `status` and the log say so.
 */
#define CLOCK_FILE "GIGAPROV_TEST_CLOCK"
int clock_follow(const char *path) MUST_CHECK;
bool clock_is_followed(void);

/* The zone of dates; NULL: UTC, as it is at first.  Before there are threads of others. */
void clock_set_zone(const struct zone *zone);

/* "2026-05-31" of a UTC time, in that zone, into a buffer of at least 11 bytes. */
void clock_format_date(char *out, int64_t at);
