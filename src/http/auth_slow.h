/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct net_address;

/*
 * Whoever guesses passwords is slowed: after a few wrong ones for an account
 * from one address the next are refused unseen for a second, then two, four,
 * up to a bound.  A right one ends it.  A table of a fixed size; from any
 * thread.
 */

/* Seconds for which nothing is looked at; 0: go on. */
unsigned slow_left(const char *name, const struct net_address *address, int64_t now);

/* A wrong password; `tries` of them are free, no pause is longer than `seconds_max`. */
void slow_failed(const char *name, const struct net_address *address, int64_t now, unsigned tries,
		 unsigned seconds_max);

void slow_worked(const char *name, const struct net_address *address);
