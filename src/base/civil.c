/* SPDX-License-Identifier: MIT */
#include "base/civil.h"

#include <stdio.h>
#include <string.h>

enum { YEAR_MAX = 9999, CYCLE_YEARS = 400, CYCLE_DAYS = 146097 };

int64_t civil_floor(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t civil_modulo(int64_t a, int64_t b)
{
	return a - b * civil_floor(a, b);
}

/* 1970-01-01 was a Thursday. */
int64_t civil_week(int64_t day)
{
	return civil_floor(day + 4, 7);
}

unsigned civil_weekday(int64_t day)
{
	return (unsigned)civil_modulo(day + 4, 7);
}

/* Years begin in March, so that leap days come last. */
int64_t civil_day_of(int64_t year, unsigned month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t cycle = civil_floor(y, CYCLE_YEARS);
	int64_t in_cycle = y - cycle * CYCLE_YEARS;
	int64_t in_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return cycle * CYCLE_DAYS + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + in_year -
	       719468;
}

static void split(int64_t day, int64_t *year, unsigned *month, unsigned *of_month)
{
	int64_t z = day + 719468;
	int64_t cycle = civil_floor(z, CYCLE_DAYS);
	unsigned in_cycle = (unsigned)(z - cycle * CYCLE_DAYS);
	unsigned y = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
	unsigned in_year = in_cycle - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * in_year + 2) / 153;

	*of_month = in_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = cycle * CYCLE_YEARS + y + (*month <= 2);
}

int64_t civil_year(int64_t day)
{
	int64_t year;
	unsigned month, of_month;

	split(day, &year, &month, &of_month);
	return year;
}

/* Exactly `count` digits. */
static bool digits(const char *s, unsigned count, unsigned *ret)
{
	unsigned n = 0;

	for (unsigned i = 0; i < count; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (unsigned)(s[i] - '0');
	}
	*ret = n;
	return true;
}

/* Ten characters; what follows is the caller's. */
static bool date_read(const char *s, int64_t *ret)
{
	unsigned year, month, of_month, m, d;
	int64_t day, y;

	if (strnlen(s, 10) < 10 || !digits(s, 4, &year) || s[4] != '-' ||
	    !digits(s + 5, 2, &month) || s[7] != '-' || !digits(s + 8, 2, &of_month))
		return false;
	if (year < 1 || month < 1 || month > 12 || of_month < 1 || of_month > 31)
		return false;
	day = civil_day_of(year, month, of_month);
	split(day, &y, &m, &d);
	if (m != month || d != of_month)
		return false;
	*ret = day;
	return true;
}

int civil_parse_date(const char *s, int64_t *ret)
{
	int64_t day;

	if (!date_read(s, &day) || s[10])
		return -E_VALUE;
	*ret = day;
	return 0;
}

int civil_parse_minute(const char *s, unsigned *ret)
{
	unsigned hour, minute;

	if (strlen(s) != 5 || !digits(s, 2, &hour) || s[2] != ':' || !digits(s + 3, 2, &minute) ||
	    hour > 23 || minute > 59)
		return -E_VALUE;
	*ret = hour * 60 + minute;
	return 0;
}

int civil_parse_instant(const char *s, int64_t *ret)
{
	unsigned hour, minute, second;
	int64_t day;

	if (strlen(s) != 20 || !date_read(s, &day) || s[10] != 'T' || s[13] != ':' ||
	    s[16] != ':' || s[19] != 'Z')
		return -E_VALUE;
	if (!digits(s + 11, 2, &hour) || !digits(s + 14, 2, &minute) ||
	    !digits(s + 17, 2, &second) || hour > 23 || minute > 59 || second > 59)
		return -E_VALUE;
	*ret = day * CIVIL_DAY_S + hour * 3600 + minute * 60 + second;
	return 0;
}

/* Only years of four digits have dates as text; others are shown as the nearest that has. */
static int64_t within(int64_t day)
{
	int64_t least = civil_day_of(1, 1, 1);
	int64_t most = civil_day_of(YEAR_MAX, 12, 31);

	return day < least ? least : day > most ? most : day;
}

void civil_format_date(char out[CIVIL_DATE_MAX], int64_t day)
{
	int64_t year;
	unsigned month, of_month;

	split(within(day), &year, &month, &of_month);
	snprintf(out, CIVIL_DATE_MAX, "%04u-%02u-%02u", (unsigned)year % 10000, month % 100,
		 of_month % 100);
}

void civil_format_instant(char out[CIVIL_INSTANT_MAX], int64_t at)
{
	int64_t day = civil_floor(at, CIVIL_DAY_S);
	unsigned s = (unsigned)civil_modulo(at, CIVIL_DAY_S);
	char date[CIVIL_DATE_MAX];

	civil_format_date(date, day);
	snprintf(out, CIVIL_INSTANT_MAX, "%sT%02u:%02u:%02uZ", date, s / 3600 % 24, s / 60 % 60,
		 s % 60);
}

const char *civil_weekday_name(unsigned weekday)
{
	static const char *const names[] = {"Sunday",	"Monday", "Tuesday", "Wednesday",
					    "Thursday", "Friday", "Saturday"};

	return names[weekday % 7];
}
