/* SPDX-License-Identifier: MIT */
/*
 * The footer of a TZif file: a POSIX TZ string such as "CET-1CEST,M3.5.0,M10.5.0/3",
 * with the extensions of RFC 9636, 3.3.1: hours of a change from -167 to 167.
 * Its offsets count westwards, ours eastwards.
 */
#include <string.h>

#include "base/civil.h"
#include "zone_data.h"

struct scan {
	const char *at;
	const char *end;
};

static bool take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool number(struct scan *s, unsigned most, unsigned *ret)
{
	unsigned n = 0;
	const char *begin = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9' && s->at - begin < 4)
		n = n * 10 + (unsigned)(*s->at++ - '0');
	*ret = n;
	return s->at > begin && n <= most;
}

/* Three letters or more, or anything of the kind in <>. */
static bool name_skip(struct scan *s)
{
	const char *begin = s->at;
	bool quoted = take(s, '<');

	for (; s->at < s->end; s->at++) {
		char c = *s->at;
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool more = (c >= '0' && c <= '9') || c == '+' || c == '-';

		if (!letter && !(quoted && more))
			break;
	}
	if (s->at - begin - quoted < 3)
		return false;
	return !quoted || take(s, '>');
}

/* [+-]hh[:mm[:ss]] */
static bool time_read(struct scan *s, unsigned hours_max, int64_t *ret)
{
	bool negative = take(s, '-');
	unsigned h, m = 0, sec = 0;

	if (!negative)
		take(s, '+');
	if (!number(s, hours_max, &h))
		return false;
	if (take(s, ':')) {
		if (!number(s, 59, &m))
			return false;
		if (take(s, ':') && !number(s, 59, &sec))
			return false;
	}
	*ret = (int64_t)h * 3600 + (int64_t)m * 60 + sec;
	if (negative)
		*ret = -*ret;
	return true;
}

static bool change_read(struct scan *s, struct zone_change *ret)
{
	*ret = (struct zone_change){.time = 7200};
	if (!take(s, ','))
		return false;
	if (take(s, 'J')) {
		ret->kind = ZONE_JULIAN;
		if (!number(s, 365, &ret->day) || ret->day == 0)
			return false;
	} else if (take(s, 'M')) {
		ret->kind = ZONE_WEEKDAY;
		if (!number(s, 12, &ret->month) || ret->month == 0 || !take(s, '.') ||
		    !number(s, 5, &ret->week) || ret->week == 0 || !take(s, '.') ||
		    !number(s, 6, &ret->day))
			return false;
	} else {
		ret->kind = ZONE_DAY;
		if (!number(s, 365, &ret->day))
			return false;
	}
	return !take(s, '/') || time_read(s, 167, &ret->time);
}

static bool offset_read(struct scan *s, int64_t *ret)
{
	if (!time_read(s, 24, ret))
		return false;
	*ret = -*ret;
	return true;
}

int rule_parse(const char *text, size_t len, struct zone_rule *ret)
{
	struct scan s = {.at = text, .end = text + len};
	struct zone_rule rule = {0};

	if (!name_skip(&s) || !offset_read(&s, &rule.standard))
		return -E_ZONE;
	if (s.at < s.end) {
		rule.has_daylight = true;
		rule.daylight = rule.standard + 3600;
		if (!name_skip(&s) || s.at == s.end)
			return -E_ZONE;
		if (*s.at != ',' && !offset_read(&s, &rule.daylight))
			return -E_ZONE;
		if (!change_read(&s, &rule.begin) || !change_read(&s, &rule.end) || s.at < s.end)
			return -E_ZONE;
	}
	*ret = rule;
	return 0;
}

static bool is_leap(int64_t year)
{
	return civil_day_of(year, 3, 0) - civil_day_of(year, 2, 28) == 1;
}

/* On the wall clock, as if it were UTC. */
static int64_t change_in(const struct zone_change *change, int64_t year)
{
	int64_t first = civil_day_of(year, 1, 1);
	int64_t day;

	switch (change->kind) {
	case ZONE_JULIAN:
		day = first + change->day - 1 + (is_leap(year) && change->day > 59);
		break;
	case ZONE_DAY:
		day = first + change->day;
		break;
	default:
		if (change->week == 5) {
			day = civil_day_of(change->month == 12 ? year + 1 : year,
					   change->month == 12 ? 1 : change->month + 1, 0);
			day -= civil_modulo((int64_t)civil_weekday(day) - change->day, 7);
		} else {
			day = civil_day_of(year, change->month, 1);
			day += civil_modulo(change->day - (int64_t)civil_weekday(day), 7);
			day += (int64_t)(change->week - 1) * 7;
		}
	}
	return day * CIVIL_DAY_S + change->time;
}

/*
 * Of the changes of the years around, in the order of time, the last that is
 * not later counts.  Where an end and the next year's begin are one instant
 * (daylight time all the year), the begin counts: it was put in later.
 */
struct zone_span rule_at(const struct zone_rule *rule, int64_t at)
{
	enum { YEARS = 5 };
	struct {
		int64_t at;
		int64_t offset;
	} changes[YEARS * 2], next;
	struct zone_span span = {.offset = rule->standard, .until = INT64_MAX};
	int64_t year;
	size_t count = 0;

	if (!rule->has_daylight)
		return span;
	year = civil_year(civil_floor(at, CIVIL_DAY_S)) - YEARS / 2;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		bool begin = i % 2 == 0;
		size_t j = count++;

		next.at = change_in(begin ? &rule->begin : &rule->end, year + (int64_t)i / 2) -
			  (begin ? rule->standard : rule->daylight);
		next.offset = begin ? rule->daylight : rule->standard;
		for (; j > 0 && changes[j - 1].at > next.at; j--)
			changes[j] = changes[j - 1];
		changes[j] = next;
	}
	for (size_t i = 0; i < count; i++) {
		if (changes[i].at > at) {
			span.until = changes[i].at;
			break;
		}
		span.offset = changes[i].offset;
	}
	return span;
}
