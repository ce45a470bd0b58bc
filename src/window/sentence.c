/* SPDX-License-Identifier: MIT */
/* What a schedule means, for people. */
#include "window/sentence.h"

#include "base/buf.h"
#include "base/civil.h"
#include "window/cycle.h"
#include "window/schedule.h"
#include "base/zone.h"

static void short_name(unsigned weekday, struct buf *buf)
{
	buf_add(buf, civil_weekday_name(weekday), 3);
}

static bool chosen(unsigned days, unsigned weekday)
{
	return days >> weekday % 7 & 1;
}

/* Runs of three and more are Mon–Fri; they may go over the end of the week. */
static void day_runs(unsigned days, struct buf *buf)
{
	unsigned first = 1;
	const char *comma = "";

	/* Monday first, or behind a gap, so that no run is cut in two */
	while (chosen(days, first + 6) && chosen(days, first))
		first++;
	for (unsigned i = 0; i < 7;) {
		unsigned length = 0;

		while (i + length < 7 && chosen(days, first + i + length))
			length++;
		if (length >= 3) {
			buf_adds(buf, comma);
			short_name(first + i, buf);
			buf_adds(buf, "–");
			short_name(first + i + length - 1, buf);
			comma = ", ";
		}
		for (unsigned j = 0; length < 3 && j < length; j++) {
			buf_adds(buf, comma);
			short_name(first + i + j, buf);
			comma = ", ";
		}
		i += length ? length : 1;
	}
}

static void minute(unsigned of_day, struct buf *buf)
{
	buf_printf(buf, "%02u:%02u", of_day / 60 % 24, of_day % 60);
}

static void times(const struct schedule *s, struct buf *buf)
{
	if (s->start == s->end && s->equal == SCHEDULE_POINT) {
		buf_adds(buf, " at ");
		minute(s->start, buf);
	} else if (s->start == s->end) {
		buf_adds(buf, " for 24 hours from ");
		minute(s->start, buf);
	} else {
		buf_adds(buf, " between ");
		minute(s->start, buf);
		buf_adds(buf, " and ");
		minute(s->end, buf);
		if (s->end < s->start && s->end > 0)
			buf_adds(buf, " of the next day");
	}
}

static void period(const struct schedule *s, struct buf *buf)
{
	const char *unit = s->kind == SCHEDULE_FLEXIBLE ? "day" : "week";

	if (s->kind == SCHEDULE_WEEKLY && s->interval == 0)
		buf_adds(buf, ", each phone every time");
	else if (s->interval == 1)
		buf_printf(buf, ", each phone once a %s", unit);
	else
		buf_printf(buf, ", each phone once in %u %ss", s->interval, unit);
	if (s->kind == SCHEDULE_WEEKLY && s->idle)
		buf_printf(buf, ", when it has been idle for %u minutes", s->idle);
}

void sentence_schedule(const struct schedule *s, struct buf *buf)
{
	if (s->kind == SCHEDULE_WEEKLY && s->days == 0) {
		buf_adds(buf, "Never: no days are chosen");
		return;
	}
	if (schedule_day_count(s) == 7)
		buf_adds(buf, "Every day");
	else
		day_runs(s->days, buf);
	if (s->kind == SCHEDULE_WEEKLY && s->interval > 1)
		buf_printf(buf, " of every %u%s week", s->interval,
			   s->interval == 2   ? "nd"
			   : s->interval == 3 ? "rd"
					      : "th");
	times(s, buf);
	buf_printf(buf, " %s", zone_name(s->zone));
	period(s, buf);
}

void sentence_device(const struct schedule *s, uint64_t mac, struct buf *buf)
{
	int64_t at, own;

	if (s->kind == SCHEDULE_WEEKLY && s->days == 0) {
		buf_adds(buf, "never");
		return;
	}
	if (s->rotate) {
		buf_adds(buf, "on another day and at another time in each cycle");
		return;
	}
	at = s->start + cycle_slot_offset(s, mac, 0, schedule_length(s)) / 60;
	if (s->kind == SCHEDULE_FLEXIBLE && s->interval > 1)
		buf_printf(buf, "every %u days ", s->interval);
	else if (s->kind == SCHEDULE_FLEXIBLE || s->interval == 0)
		buf_adds(buf, "each time ");
	else if (cycle_own_day(s, mac, 0, &own)) /* a slot behind midnight is on the next day */
		buf_printf(buf, "on %s ",
			   civil_weekday_name(civil_weekday(own + (at >= CIVIL_DAY_MINUTES))));
	buf_adds(buf, "at ");
	minute((unsigned)(at % CIVIL_DAY_MINUTES), buf);
}
