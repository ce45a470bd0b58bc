/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/*
 * How long to wait after so many failures in a row (1: the first): doubling,
 * give or take a quarter so that many do not come back at once, never outside
 * of the bounds.  `random` is any number.
 */
int64_t backoff_ms(int64_t failures, unsigned least_seconds, unsigned most_seconds,
		   uint32_t random);
