/* SPDX-License-Identifier: MIT */
/*
 * TZif files (RFC 8536): the block with 64-bit times, then the rule for all
 * that comes after its last transition, as POSIX writes it in TZ:
 * "CET-1CEST,M3.5.0,M10.5.0/3".  Files of version 1, which have neither, and
 * leap seconds are not for us.
 */
#include "base/zone.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

enum {
	HEADER = 44,
	FILE_MAX = 256 * 1024,
	TRANSITIONS_MAX = 20000,
	HOUR = 3600,
	DAY = 86400,
	RULE_HOURS_MAX = 167,
};

/* When clocks change, in a year: the day, and seconds of that day. */
struct change {
	char kind; /* M: month, week, weekday; J: 1 to 365 without leap days; 0: 0 to 365 */
	int month, week, day;
	int64_t time;
};

struct zone {
	size_t count;
	int64_t *times;
	int32_t *offsets; /* from then on */
	int32_t first;	  /* before all of them */
	bool has_rule;
	bool has_summer;
	int64_t standard, summer; /* the rule's offsets */
	struct change begin, end;
};

static const char *sign_read(const char *s, int *ret)
{
	*ret = *s == '-' ? -1 : 1;
	return *s == '-' || *s == '+' ? s + 1 : s;
}

static const char *number_read(const char *s, int max, int *ret)
{
	int n = 0;

	if (!s || !isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n > max)
			return NULL;
	}
	*ret = n;
	return s;
}

/* [+-]hh[:mm[:ss]] */
static const char *span_read(const char *s, int64_t *ret)
{
	int sign, hours, minutes = 0, seconds = 0;

	s = number_read(sign_read(s, &sign), RULE_HOURS_MAX, &hours);
	if (s && *s == ':')
		s = number_read(s + 1, 59, &minutes);
	if (s && *s == ':')
		s = number_read(s + 1, 59, &seconds);
	*ret = s ? sign * ((int64_t)hours * HOUR + minutes * 60 + seconds) : 0;
	return s;
}

/* CET, or <+03> */
static const char *name_skip(const char *s)
{
	const char *start = s;

	if (*s == '<') {
		s = strchr(s, '>');
		return s ? s + 1 : NULL;
	}
	while (isalpha((unsigned char)*s))
		s++;
	return s - start >= 3 ? s : NULL;
}

static const char *change_read(const char *s, struct change *ret)
{
	if (!s || *s++ != ',')
		return NULL;
	ret->kind = *s == 'M' || *s == 'J' ? *s++ : '0';
	ret->time = 2 * HOUR;
	if (ret->kind == 'M') {
		s = number_read(s, 12, &ret->month);
		s = s && *s == '.' ? number_read(s + 1, 5, &ret->week) : NULL;
		s = s && *s == '.' ? number_read(s + 1, 6, &ret->day) : NULL;
		if (ret->month < 1 || ret->week < 1)
			return NULL;
	} else {
		s = number_read(s, 365, &ret->day);
	}
	return s && *s == '/' ? span_read(s + 1, &ret->time) : s;
}

static bool rule_read(struct zone *zone, const char *s)
{
	int64_t west;

	if (!*s)
		return true;
	s = name_skip(s);
	s = s ? span_read(s, &west) : NULL;
	if (!s)
		return false;
	zone->has_rule = true;
	zone->standard = -west;
	if (!*s)
		return true;
	zone->has_summer = true;
	zone->summer = zone->standard + HOUR;
	s = name_skip(s);
	if (s && *s && *s != ',') {
		s = span_read(s, &west);
		zone->summer = -west;
	}
	s = change_read(change_read(s, &zone->begin), &zone->end);
	return s && !*s;
}

static uint32_t word(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* What stands behind a header, with times of `width` bytes. */
struct counts {
	size_t ut, standard, leaps, times, types, chars, size;
};

static bool header_read(const uint8_t *p, size_t len, size_t width, struct counts *ret)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	ret->ut = word(p + 20);
	ret->standard = word(p + 24);
	ret->leaps = word(p + 28);
	ret->times = word(p + 32);
	ret->types = word(p + 36);
	ret->chars = word(p + 40);
	if (ret->ut > 256 || ret->standard > 256 || ret->leaps > 1000 || ret->chars > 4096 ||
	    ret->times > TRANSITIONS_MAX || ret->types < 1 || ret->types > 256)
		return false;
	ret->size = ret->times * (width + 1) + ret->types * 6 + ret->chars +
		    ret->leaps * (width + 4) + ret->standard + ret->ut;
	return len - HEADER >= ret->size;
}

static bool data_read(struct zone *zone, const uint8_t *p, const struct counts *counts)
{
	const uint8_t *indices = p + counts->times * 8;
	const uint8_t *types = indices + counts->times;

	zone->count = counts->times;
	zone->times = mem_array(zone, int64_t, counts->times + 1);
	zone->offsets = mem_array(zone, int32_t, counts->times + 1);
	zone->first = (int32_t)word(types);
	for (size_t i = 0; i < counts->times; i++) {
		if (indices[i] >= counts->types)
			return false;
		zone->times[i] = (int64_t)((uint64_t)word(p + 8 * i) << 32 | word(p + 8 * i + 4));
		zone->offsets[i] = (int32_t)word(types + 6 * (size_t)indices[i]);
		if (i > 0 && zone->times[i] <= zone->times[i - 1])
			return false;
	}
	return true;
}

/* `text` has a NUL behind `len`. */
static bool file_read(struct zone *zone, const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text;
	struct counts counts;
	const char *rule;
	char *copy, *end;

	if (!header_read(p, len, 4, &counts))
		return false;
	p += HEADER + counts.size;
	len -= HEADER + counts.size;
	if (!header_read(p, len, 8, &counts) || !data_read(zone, p + HEADER, &counts))
		return false;
	rule = (const char *)p + HEADER + counts.size;
	len -= HEADER + counts.size;
	if (len < 2 || rule[0] != '\n')
		return false;
	copy = mem_strndup(zone, rule + 1, len - 1);
	end = strchr(copy, '\n');
	if (!end)
		return false;
	*end = '\0';
	return rule_read(zone, copy);
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (len < 1 || len > ZONE_NAME_MAX || !isalpha((unsigned char)name[0]) ||
	    strstr(name, "//"))
		return false;
	/* No dots: they are in no zone's name, and lead elsewhere. */
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("/_+-", *s))
			return false;
	return name[len - 1] != '/';
}

static bool file_open(struct zone *zone, const char *name)
{
	const char *directory = getenv("TZDIR");
	char *text = mem_printf(zone, "%s/%s", directory ? directory : "/usr/share/zoneinfo", name);
	FILE *file = fopen(text, "re");
	size_t len;
	bool good;

	if (!file)
		return false;
	text = mem_zalloc(zone, FILE_MAX + 1);
	len = fread(text, 1, FILE_MAX, file);
	fclose(file);
	good = file_read(zone, text, len);
	mem_free(text);
	return good;
}

int zone_open(void *mem, const char *name, struct zone **ret)
{
	struct zone *zone;

	if (!is_name(name))
		return -E_ZONE;
	zone = mem_new(mem, struct zone);
	if (strcmp(name, "UTC") != 0 && !file_open(zone, name)) {
		mem_free(zone);
		return -E_ZONE;
	}
	*ret = zone;
	return 0;
}

/* Days from 1970 to the first of a month. */
static int64_t days_to(int64_t year, int month)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	int64_t y = year - 1;
	bool leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return 365 * (year - 1970) + (y / 4 - y / 100 + y / 400 - 477) + before[month - 1] +
	       (leaps && month > 2);
}

static int64_t year_of(int64_t at)
{
	int64_t year = 1970 + at / (365 * (int64_t)DAY);

	while (days_to(year, 1) * DAY > at)
		year--;
	return year;
}

static int64_t change_at(const struct change *change, int64_t year)
{
	int64_t first = days_to(year, change->kind == 'M' ? change->month : 1);
	int64_t day;

	if (change->kind == '0')
		return (first + change->day) * DAY + change->time;
	if (change->kind == 'J') {
		bool leaps = days_to(year + 1, 1) - first == 366;

		return (first + change->day - 1 + (leaps && change->day > 59)) * DAY + change->time;
	}
	/* The first of January 1970 was a Thursday. */
	day = first + (change->day - (first + 4) % 7 + 7) % 7 + 7 * (change->week - 1);
	while (day >=
	       (change->month == 12 ? days_to(year + 1, 1) : days_to(year, change->month + 1)))
		day -= 7;
	return day * DAY + change->time;
}

static int64_t rule_offset(const struct zone *zone, int64_t at)
{
	int64_t year, begin, end;
	bool summer;

	if (!zone->has_summer)
		return zone->standard;
	year = year_of(at + zone->standard);
	begin = change_at(&zone->begin, year) - zone->standard;
	end = change_at(&zone->end, year) - zone->summer;
	summer = begin < end ? at >= begin && at < end : at >= begin || at < end;
	return summer ? zone->summer : zone->standard;
}

int64_t zone_offset(const struct zone *zone, int64_t at)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->times[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_rule)
		return rule_offset(zone, at);
	return low > 0 ? zone->offsets[low - 1] : zone->first;
}

bool zone_moment(const struct zone *zone, int64_t local, int64_t *ret)
{
	/* Clocks are never more than a day from UTC, so one of these is what they were. */
	const int64_t offsets[] = {
		zone_offset(zone, local - DAY),
		zone_offset(zone, local),
		zone_offset(zone, local + DAY),
	};
	bool found = false;

	for (size_t i = 0; i < COUNT_OF(offsets); i++) {
		int64_t at = local - offsets[i];

		if (zone_offset(zone, at) != offsets[i] || (found && at >= *ret))
			continue;
		*ret = at;
		found = true;
	}
	return found;
}
