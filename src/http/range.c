/* SPDX-License-Identifier: MIT */
#include "range.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const uint64_t offset_max = INT64_MAX;

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t");
}

/* The number at `*s`, which is moved behind it; false when there is none or it is too large. */
static bool number(const char **s, uint64_t *ret)
{
	uint64_t n = 0;

	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); (*s)++) {
		unsigned digit = (unsigned)(**s - '0');

		if (n > (offset_max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*ret = n;
	return true;
}

/* "-500": the last 500 bytes. */
static bool suffix(const char **s, uint64_t size, struct range *ret)
{
	uint64_t len;

	(*s)++;
	if (!number(s, &len))
		return false;
	ret->start = len < size ? size - len : 0;
	ret->end = size;
	return true;
}

/* "0-499", "500-". */
static bool from_to(const char **s, uint64_t size, struct range *ret)
{
	uint64_t last;

	if (!number(s, &ret->start))
		return false;
	*s = skip_blanks(*s);
	if (**s != '-')
		return false;
	*s = skip_blanks(*s + 1);
	ret->end = size;
	if (**s == ',' || !**s)
		return true;
	if (!number(s, &last))
		return false;
	if (last < size)
		ret->end = last + 1;
	return true;
}

enum range_result range_parse(const char *header, uint64_t size, struct ranges *ret)
{
	const char *s = header;
	uint64_t sum = 0;

	ret->count = 0;
	if (!s || strncasecmp(s, "bytes=", 6) != 0 || !s[6])
		return RANGE_WHOLE;
	for (s += 6;; s++) {
		struct range range;
		bool good;

		s = skip_blanks(s);
		good = *s == '-' ? suffix(&s, size, &range) : from_to(&s, size, &range);
		s = skip_blanks(s);
		if (!good || (*s && *s != ','))
			return RANGE_WRONG;
		if (range.start < range.end) {
			if (ret->count == RANGES_MAX)
				return RANGE_WHOLE;
			ret->list[ret->count++] = range;
			sum += range.end - range.start;
		} else if (range.start == 0) {
			return RANGE_WHOLE;
		}
		if (!*s)
			break;
	}
	if (ret->count == 0)
		return RANGE_WRONG;
	return sum > size ? RANGE_WHOLE : RANGE_PARTS;
}
