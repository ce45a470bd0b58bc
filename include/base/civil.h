/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Civil time: days and weeks as numbers, without a zone.
 *
 * A day is the number of days since 1970-01-01.  Weeks begin on Sunday; week 1
 * begins on 1970-01-04.  A minute is one of a day, 0 to 1439.
 */

enum { CIVIL_DAY_S = 86400, CIVIL_DAY_MINUTES = 1440, CIVIL_DATE_MAX = 16, CIVIL_INSTANT_MAX = 32 };

/* Division that rounds down, and the remainder that goes with it. */
int64_t civil_floor(int64_t a, int64_t b);
int64_t civil_modulo(int64_t a, int64_t b);

int64_t civil_week(int64_t day);
/* 0 Sunday to 6 Saturday. */
unsigned civil_weekday(int64_t day);

/* The month is 1 to 12, the day of the month need not exist: March 0 is the last of February. */
int64_t civil_day_of(int64_t year, unsigned month, int64_t day);
int64_t civil_year(int64_t day);

/* "2026-01-15", a date that exists, of the years 1 to 9999.  -E_VALUE. */
int civil_parse_date(const char *s, int64_t *ret) MUST_CHECK;
/* "00:00" to "23:59".  -E_VALUE. */
int civil_parse_minute(const char *s, unsigned *ret) MUST_CHECK;
/* "2026-01-15T05:53:20Z" to UTC seconds.  -E_VALUE. */
int civil_parse_instant(const char *s, int64_t *ret) MUST_CHECK;

void civil_format_date(char out[CIVIL_DATE_MAX], int64_t day);
void civil_format_instant(char out[CIVIL_INSTANT_MAX], int64_t at);

/* "Sunday"; the first three letters are its short name. */
const char *civil_weekday_name(unsigned weekday);
