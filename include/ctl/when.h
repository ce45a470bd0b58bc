/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"

/*
 * Times as people give them: "now", "+600", UNIX seconds, or a time in the
 * zone of this machine, "2026-05-31 14:59" or "2026-05-31 14:59:30".  A time
 * that two moments share (clocks went back) is the first of them; one that
 * clocks jumped over is refused.  `zone` is another one by its name, or NULL.
 */
int ctl_when_parse(const char *s, int64_t now, const char *zone, int64_t *ret,
		   struct diag *reterr) MUST_CHECK;
