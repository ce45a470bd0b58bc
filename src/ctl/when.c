/* SPDX-License-Identifier: MIT */
#include "ctl/when.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"

static int refuse(const char *s, struct diag *reterr)
{
	return diag_set(reterr, -EINVAL,
			"'%s' is not a time: now, +SECONDS, UNIX seconds or "
			"\"YYYY-MM-DD HH:MM\"",
			s);
}

static bool same(const struct tm *a, const struct tm *b)
{
	return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
	       a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/*
 * mktime() mends what is out of range or does not exist instead of refusing
 * it, so its answer is turned back and compared.  Summer time comes first:
 * of two moments with the same name it is the earlier one.
 */
static bool to_seconds(const struct tm *local, int64_t *ret)
{
	for (int summer = 1; summer >= 0; summer--) {
		struct tm tm = *local;
		struct tm back;
		time_t t;

		tm.tm_isdst = summer;
		t = mktime(&tm);
		if (t == (time_t)-1 || !localtime_r(&t, &back) || !same(local, &back))
			continue;
		*ret = t;
		return true;
	}
	return false;
}

/* timegm() mends as mktime() does. */
static bool to_seconds_in(const struct zone *zone, const struct tm *local, int64_t *ret)
{
	struct tm tm = *local, back;
	time_t t = timegm(&tm);

	return gmtime_r(&t, &back) && same(local, &back) && zone_moment(zone, t, ret);
}

static int parse_local(const char *s, const char *zone_name, int64_t *ret, struct diag *reterr)
{
	const struct zone *zone = NULL;
	struct tm tm = {0};
	const char *rest = strptime(s, "%Y-%m-%d", &tm);

	if (!rest || (*rest != ' ' && *rest != 'T'))
		return refuse(s, reterr);
	s = rest + 1;
	rest = strptime(s, "%H:%M:%S", &tm);
	if (!rest)
		rest = strptime(s, "%H:%M", &tm);
	if (!rest || *rest)
		return refuse(s, reterr);
	if (zone_name && zone_find(zone_name, &zone, NULL) < 0)
		return diag_set(
			reterr, -EINVAL,
			"'%s' is not a time zone that this machine has; one is Europe/Berlin",
			zone_name);
	if (!(zone ? to_seconds_in(zone, &tm, ret) : to_seconds(&tm, ret)))
		return diag_set(reterr, -EINVAL,
				"there is no such time in %s: %04d-%02d-%02d %02d:%02d",
				zone ? zone_name : "this machine's zone", tm.tm_year + 1900,
				tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
	return 0;
}

int ctl_when_parse(const char *s, int64_t now, const char *zone, int64_t *ret, struct diag *reterr)
{
	uint64_t n;

	if (strcmp(s, "now") == 0) {
		*ret = now;
		return 0;
	}
	if (text_to_uint(s[0] == '+' ? s + 1 : s, INT64_MAX / 2, &n)) {
		*ret = (int64_t)n + (s[0] == '+' ? now : 0);
		return 0;
	}
	return parse_local(s, zone, ret, reterr);
}
