/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/civil.h"
#include "window/schedule.h"
#include "base/zone.h"

/* Instants and zones as tests write them. */

static inline int64_t at(const char *text)
{
	int64_t instant;

	if (civil_parse_instant(text, &instant) < 0)
		fail_msg("%s is not an instant", text);
	return instant;
}

static inline int64_t on(const char *text)
{
	int64_t day;

	if (civil_parse_date(text, &day) < 0)
		fail_msg("%s is not a date", text);
	return day;
}

static inline const struct zone *zone_of(const char *name)
{
	const struct zone *zone;
	struct diag diag = {0};
	int r = zone_find(name, &zone, &diag);

	if (r < 0)
		fail_msg("%s: %s", name, diag_text(&diag, r));
	return zone;
}

/* XSTIM's recommendation: every day, 00:00–05:00, once a week. */
static inline struct schedule recommended(const char *zone)
{
	return (struct schedule){.name = "default",
				 .zone = zone_of(zone),
				 .end = 300,
				 .interval = 1,
				 .days = SCHEDULE_ALL_DAYS};
}

static inline void assert_instant(int64_t found, const char *expected)
{
	char text[CIVIL_INSTANT_MAX];

	civil_format_instant(text, found);
	assert_string_equal(text, expected);
}

static inline void assert_day(int64_t found, const char *expected)
{
	char text[CIVIL_DATE_MAX];

	civil_format_date(text, found);
	assert_string_equal(text, expected);
}
