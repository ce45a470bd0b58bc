/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Time zones by their IANA names, from the machine's zoneinfo files (TZDIR, or
 * /usr/share/zoneinfo; TZif, RFC 9636).  libc knows one zone at a time for the
 * whole process.
 *
 * A zone is read once, kept as long as the process lives, and never changes:
 * any thread may use it.  "UTC" is there without a file.
 */

struct zone;

enum { ZONE_NAME_MAX = 64 };

/*
 * The zone of a name, such as Europe/Berlin.  -E_ZONE where there is none, the
 * name could lead out of the directory, or the file is not one that can be
 * used; `reterr` says which.
 */
int zone_find(const char *name, const struct zone **ret, struct diag *reterr) MUST_CHECK;

/* The same of a TZif file in memory; the zone belongs to `mem`. */
int zone_parse(void *mem, const char *name, const void *data, size_t len, const struct zone **ret,
	       struct diag *reterr) MUST_CHECK;

const char *zone_name(const struct zone *zone);

/* What holds at an instant, and until when. */
struct zone_span {
	int64_t offset; /* seconds east of UTC, less than 26 hours either way */
	int64_t until;	/* the next change, INT64_MAX: none; always later than the instant */
};

struct zone_span zone_at(const struct zone *zone, int64_t at);

/* "2026-05-31 16:59:00 Europe/Berlin"; a zone that is not there is UTC. */
char *zone_tell(void *mem, const char *name, int64_t at);

/* Seconds that clocks there are ahead of UTC. */
int64_t zone_offset(const struct zone *zone, int64_t at);

/*
 * The earliest moment at which clocks there show `local` (seconds since 1970
 * as if they showed UTC) or something later: of two, when clocks go back, the
 * first; of what they jump over, the moment of the jump.
 */
int64_t zone_reach(const struct zone *zone, int64_t local);

/* The same; false where clocks jump over `local`. */
bool zone_moment(const struct zone *zone, int64_t local, int64_t *ret);
