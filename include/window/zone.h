/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Time zones, read from the system's zoneinfo (TZif, RFC 9636).
 *
 * A zone is read once, kept as long as the process lives, and never changes:
 * any thread may use it.  "UTC" is there without a file.
 */

struct zone;

enum { ZONE_NAME_MAX = 64 };

/*
 * The zone of an IANA name, such as Europe/Berlin.  -E_ZONE_UNKNOWN: no such
 * name, or one that could lead out of the directory; -E_ZONE_FILE: the file is
 * not one that can be used, `reterr` says why.
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
