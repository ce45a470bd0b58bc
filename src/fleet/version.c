/* SPDX-License-Identifier: MIT */
#include "fleet/version.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>

enum { PARTS = 8, COMMITS = PARTS /* its place, behind all numbers */ };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first number, or NULL. */
static const char *start_of(const char *s)
{
	for (const char *at = s; *at; at++)
		if ((*at == 'V' || *at == 'v') && is_digit(at[1]) &&
		    (at == s || !isalnum((unsigned char)at[-1])))
			return at + 1;
	return is_digit(*s) ? s : NULL;
}

/* Too large ones are all the same. */
static const char *number(const char *s, uint32_t *ret)
{
	uint64_t n = 0;

	for (; is_digit(*s); s++)
		n = n > UINT32_MAX ? n : n * 10 + (uint64_t)(*s - '0');
	*ret = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return s;
}

/* Of desk phones: what stands behind the R of "V3 R5.12.0"; NULL: there is none. */
static const char *release_of(const char *at)
{
	return *at == ' ' && (at[1] == 'R' || at[1] == 'r') && is_digit(at[2]) ? at + 2 : NULL;
}

static bool parse(const char *s, uint32_t ret[PARTS + 1])
{
	const char *at = s ? start_of(s) : NULL;

	for (int i = 0; i <= PARTS; i++)
		ret[i] = 0;
	if (!at)
		return false;
	for (int i = 0; i < PARTS; i++) {
		at = number(at, &ret[i]);
		if (i < 2 && release_of(at)) {
			/* "V3 R5.12.0" is between "V3 R4.1.0" and "V3.1 R2.0.0". */
			i = 1;
			at = release_of(at);
		} else if (*at == '.' && is_digit(at[1])) {
			at++;
		} else {
			break;
		}
	}
	/* "-160-g758db0bf": so many commits after the release that it is named for. */
	if (*at == '-' && is_digit(at[1])) {
		at = number(at + 1, &ret[COMMITS]);
		if (at[0] != '-' || at[1] != 'g')
			ret[COMMITS] = 0;
	}
	return true;
}

bool version_is(const char *s)
{
	uint32_t parts[PARTS + 1];

	return parse(s, parts);
}

int version_compare(const char *a, const char *b)
{
	uint32_t left[PARTS + 1], right[PARTS + 1];
	bool is_left = parse(a, left), is_right = parse(b, right);

	if (!is_left || !is_right)
		return (int)is_left - (int)is_right;
	for (int i = 0; i <= PARTS; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}
