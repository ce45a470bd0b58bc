/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/*
 * Version numbers of firmware, as User-Agents, file names and people have them:
 *
 *	2.65.0   V2.20.0   83.V2.43.0+build.5f0a106   83.V2.64.0-160-g758db0bf
 *	42.258.00.000.000   Gigaset-Nx70-V2.65.0-build.8504c90.bin
 *
 * What counts are the numbers behind the V (or, without a V, from the start),
 * and after them the "-160" of a build between releases.  Missing numbers are
 * zeros; what follows is only a name of the build.
 */

/* Whether there is a version in it. */
bool version_is(const char *s);

/* Negative, 0 or positive, as `a` is older, the same or newer.  NULL and what has no version come first. */
int version_compare(const char *a, const char *b);
