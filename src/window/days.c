/* SPDX-License-Identifier: MIT */
#include "window/days.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/civil.h"
#include "window/schedule.h"

enum { WORD_MAX = 24 };

static bool is_day(const char *word, size_t len, unsigned weekday)
{
	const char *name = civil_weekday_name(weekday);

	return (len == 3 || len == strlen(name)) && strncasecmp(word, name, len) == 0;
}

static int day_of(const char *word, size_t len)
{
	for (unsigned i = 0; i < 7; i++)
		if (is_day(word, len, i))
			return (int)i;
	return -1;
}

/* A day, or two with a dash; 0 for neither. */
static unsigned bits_of(const char *word, size_t len)
{
	const char *dash = memchr(word, '-', len);
	int first = day_of(word, dash ? (size_t)(dash - word) : len);
	int last = dash ? day_of(dash + 1, len - (size_t)(dash + 1 - word)) : first;
	unsigned bits = 0;

	if (len == 3 && strncasecmp(word, "all", len) == 0)
		return SCHEDULE_ALL_DAYS;
	if (first < 0 || last < 0)
		return 0;
	for (int day = first;; day = (day + 1) % 7) {
		bits |= 1u << day;
		if (day == last)
			return bits;
	}
}

int days_parse(const char *s, unsigned *ret, struct diag *reterr)
{
	unsigned days = 0;

	for (s += strspn(s, " ,"); *s; s += strspn(s, " ,")) {
		size_t len = strcspn(s, " ,");
		unsigned bits = bits_of(s, len);
		int shown = (int)(len > WORD_MAX ? WORD_MAX : len);

		if (!bits)
			return diag_set(reterr, -E_VALUE, "\"%.*s\" is not a day of the week",
					shown, s);
		if (days & bits)
			return diag_set(reterr, -E_VALUE, "\"%.*s\" is there twice", shown, s);
		days |= bits;
		s += len;
	}
	if (!days)
		return diag_set(reterr, -E_VALUE, "no day is chosen");
	*ret = days;
	return 0;
}

void days_print(unsigned days, struct buf *buf)
{
	const char *blank = "";

	for (unsigned i = 0; i < 7; i++) {
		const char *name = civil_weekday_name(i);

		if (!(days >> i & 1))
			continue;
		buf_printf(buf, "%s%c%.2s", blank, name[0] | 0x20, name + 1);
		blank = " ";
	}
}
