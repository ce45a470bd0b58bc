/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

uint64_t hash_bytes(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint64_t h = 0xcbf29ce484222325u;

	while (len--)
		h = (h ^ *bytes++) * 0x100000001b3u;
	return h;
}

uint64_t hash_text(const char *s)
{
	return hash_bytes(s, strlen(s));
}
