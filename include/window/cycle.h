/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct occurrence;
struct schedule;

/*
 * Cycles: the stretch of time in which every device has one turn, on a day and
 * at a time of its own.  Weekly with interval 0, each chosen day is a cycle,
 * and its number is the day's.
 */

int64_t cycle_of(const struct schedule *schedule, int64_t day);
int64_t cycle_first_day(const struct schedule *schedule, int64_t cycle);

/* The device's day in the cycle; false where it has none (no days are chosen). */
bool cycle_own_day(const struct schedule *schedule, uint64_t mac, int64_t cycle, int64_t *ret);

/* The device's own days around: the first not before `day`, the last not after it. */
bool cycle_own_day_from(const struct schedule *schedule, uint64_t mac, int64_t day, int64_t *ret);
bool cycle_own_day_until(const struct schedule *schedule, uint64_t mac, int64_t day, int64_t *ret);

/* The device's instant within a window. */
int64_t cycle_slot(const struct schedule *schedule, uint64_t mac,
		   const struct occurrence *occurrence);

/* Seconds from `open` of a window that is `length` long. */
int64_t cycle_slot_offset(const struct schedule *schedule, uint64_t mac, int64_t cycle,
			  int64_t length);
