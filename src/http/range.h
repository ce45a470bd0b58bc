/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The Range header (RFC 9110, 14.2), read as nginx reads it: what is not in
 * bytes is no range; what is malformed cannot be satisfied; of several those
 * that lie within the file are given; and who asks for more than the whole by
 * ranges that overlap gets the whole.
 */

enum { RANGES_MAX = 64 }; /* more are answered with the whole */

struct range {
	uint64_t start;
	uint64_t end; /* behind the last byte */
};

struct ranges {
	struct range list[RANGES_MAX];
	size_t count;
};

enum range_result {
	RANGE_WHOLE, /* as if nobody had asked for a part */
	RANGE_PARTS, /* `ret` has them, in the order in which they were asked for */
	RANGE_WRONG, /* 416 */
};

/* `header` may be NULL. */
enum range_result range_parse(const char *header, uint64_t size, struct ranges *ret);
