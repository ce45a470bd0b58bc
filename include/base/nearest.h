/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* "did you mean": offer candidates, then look at `best`, which is NULL when none is near. */
struct nearest {
	const char *word;
	const char *best;
	size_t distance;
};

/* Near is what one change and one for every four letters make; of equals, the first. */
void nearest_offer(struct nearest *nearest, const char *candidate);
