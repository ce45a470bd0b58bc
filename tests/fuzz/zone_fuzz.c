/* SPDX-License-Identifier: MIT */
/* A TZif file is refused, or every instant has an offset in its bounds and an end. */
#include <stdlib.h>

#include "base/mem.h"
#include "window/wall.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct zone *zone, int64_t at)
{
	struct zone_span span = zone_at(zone, at);

	if (span.until <= at || span.offset < -26 * 3600 || span.offset > 26 * 3600)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("zone_fuzz");
	const struct zone *zone;

	if (zone_parse(mem, "Fuzz/Zone", data, size, &zone, NULL) < 0)
		return 0;
	for (int64_t at = -86400 * 400; at < INT64_C(86400) * 365 * 60; at += 86400 * 29 + 1801)
		look(zone, at);
	for (int64_t day = 14600; day < 14800; day++) {
		int64_t found = wall_reach(zone, day, 90);
		struct zone_span span = zone_at(zone, found);

		if (found + span.offset < day * 86400 + 90 * 60)
			abort();
	}
	return 0;
}
