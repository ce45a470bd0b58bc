/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/zone.h"

/* RFC 9636, 3.2: offsets lie between these. */
enum { ZONE_OFFSET_MIN = -89999, ZONE_OFFSET_MAX = 93599 };

/* When clocks are changed, each year. */
struct zone_change {
	enum { ZONE_JULIAN, ZONE_DAY, ZONE_WEEKDAY } kind;
	unsigned day;	/* Julian: 1 to 365, never February 29; day: 0 to 365; weekday: 0 Sunday */
	unsigned week;	/* 1 to 5, 5 is the last */
	unsigned month; /* 1 to 12 */
	int64_t time;	/* seconds from midnight, within a week either way */
};

/* The footer's POSIX TZ string: what holds behind the last transition. */
struct zone_rule {
	int64_t standard;
	int64_t daylight;
	bool has_daylight;
	struct zone_change begin; /* of daylight time, on the clock of standard time */
	struct zone_change end;
};

struct zone {
	const char *name;
	size_t count;
	int64_t *at;	/* transitions, ascending */
	int32_t *after; /* offset from each on */
	int32_t before; /* offset before the first */
	bool has_rule;
	struct zone_rule rule;
};

/* A POSIX TZ string of exactly `len` bytes.  -E_ZONE. */
int rule_parse(const char *text, size_t len, struct zone_rule *ret) MUST_CHECK;
struct zone_span rule_at(const struct zone_rule *rule, int64_t at);
