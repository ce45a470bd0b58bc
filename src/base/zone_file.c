/* SPDX-License-Identifier: MIT */
/*
 * TZif files (RFC 9636): a header with counts, a block of 32-bit data, and from
 * version 2 on a second header and block with 64 bits and a footer.  Every
 * count is held against the file's length before it is believed.
 */
#include <string.h>

#include "base/mem.h"
#include "zone_data.h"

enum { HEADER = 44, TYPES_MAX = 256, TRANSITIONS_MAX = 100000 };

struct header {
	unsigned version;
	uint32_t utc_count;
	uint32_t standard_count;
	uint32_t leap_count;
	uint32_t time_count;
	uint32_t type_count;
	uint32_t char_count;
};

struct bytes {
	const unsigned char *at;
	size_t len;
};

static int refuse(struct diag *reterr, const char *why)
{
	return diag_set(reterr, -E_ZONE, "%s", why);
}

static uint64_t big_endian(const unsigned char *p, unsigned size)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < size; i++)
		n = n << 8 | p[i];
	return n;
}

static int header_read(struct bytes *b, struct header *ret, struct diag *reterr)
{
	const unsigned char *p = b->at;

	if (b->len < HEADER || memcmp(p, "TZif", 4) != 0)
		return refuse(reterr, "is not a TZif file");
	ret->version = p[4] ? (unsigned)(p[4] - '0') : 1;
	ret->utc_count = (uint32_t)big_endian(p + 20, 4);
	ret->standard_count = (uint32_t)big_endian(p + 24, 4);
	ret->leap_count = (uint32_t)big_endian(p + 28, 4);
	ret->time_count = (uint32_t)big_endian(p + 32, 4);
	ret->type_count = (uint32_t)big_endian(p + 36, 4);
	ret->char_count = (uint32_t)big_endian(p + 40, 4);
	b->at += HEADER;
	b->len -= HEADER;
	return 0;
}

static uint64_t block_size(const struct header *h, unsigned size)
{
	return (uint64_t)h->time_count * (size + 1) + (uint64_t)h->type_count * 6 + h->char_count +
	       (uint64_t)h->leap_count * (size + 4) + h->standard_count + h->utc_count;
}

static int types_read(const struct header *h, const unsigned char *p, int32_t *offsets,
		      struct diag *reterr)
{
	for (uint32_t i = 0; i < h->type_count; i++) {
		offsets[i] = (int32_t)big_endian(p + (size_t)i * 6, 4);
		if (offsets[i] < ZONE_OFFSET_MIN || offsets[i] > ZONE_OFFSET_MAX)
			return refuse(reterr, "has an offset from UTC that cannot be");
	}
	return 0;
}

static int block_read(struct zone *zone, const struct header *h, const unsigned char *p,
		      unsigned size, struct diag *reterr)
{
	const unsigned char *indices = p + (size_t)h->time_count * size;
	int32_t offsets[TYPES_MAX];
	int r;

	if (h->type_count < 1 || h->type_count > TYPES_MAX)
		return refuse(reterr, "has no types of local time, or too many");
	if (h->leap_count > 0)
		return refuse(reterr, "counts leap seconds, which UTC here does not");
	r = types_read(h, indices + h->time_count, offsets, reterr);
	if (r < 0)
		return r;
	zone->count = h->time_count;
	zone->at = mem_array(zone, int64_t, zone->count);
	zone->after = mem_array(zone, int32_t, zone->count);
	zone->before = offsets[0];
	for (size_t i = 0; i < zone->count; i++) {
		uint64_t at = big_endian(p + i * size, size);

		zone->at[i] = size == 4 ? (int32_t)at : (int64_t)at;
		if (i > 0 && zone->at[i] <= zone->at[i - 1])
			return refuse(reterr, "has transitions out of order");
		if (indices[i] >= h->type_count)
			return refuse(reterr, "has a transition to a type that is not there");
		zone->after[i] = offsets[indices[i]];
	}
	return 0;
}

static int footer_read(struct zone *zone, const struct bytes *b, struct diag *reterr)
{
	const char *text = (const char *)b->at + 1;
	const char *end;

	if (b->len < 2 || b->at[0] != '\n' || !(end = memchr(text, '\n', b->len - 1)))
		return refuse(reterr, "has no footer");
	if (end == text)
		return 0;
	if (rule_parse(text, (size_t)(end - text), &zone->rule) < 0)
		return refuse(reterr, "has a footer that is not a POSIX time zone");
	zone->has_rule = true;
	return 0;
}

static int file_read(struct zone *zone, struct bytes b, struct diag *reterr)
{
	struct header h;
	unsigned size = 4;
	int r = header_read(&b, &h, reterr);

	if (r < 0)
		return r;
	if (h.version >= 2) {
		uint64_t skip = block_size(&h, size);

		if (skip > b.len)
			return refuse(reterr, "ends before its data");
		b.at += skip;
		b.len -= skip;
		size = 8;
		r = header_read(&b, &h, reterr);
		if (r < 0)
			return r;
	}
	if (h.time_count > TRANSITIONS_MAX || block_size(&h, size) > b.len)
		return refuse(reterr, "ends before its data");
	r = block_read(zone, &h, b.at, size, reterr);
	if (r < 0 || size == 4)
		return r;
	b.len -= block_size(&h, size);
	b.at += block_size(&h, size);
	return footer_read(zone, &b, reterr);
}

int zone_parse(void *mem, const char *name, const void *data, size_t len, const struct zone **ret,
	       struct diag *reterr)
{
	struct zone *zone = mem_new(mem, struct zone);
	int r;

	zone->name = mem_strdup(zone, name);
	r = file_read(zone, (struct bytes){.at = data, .len = len}, reterr);
	if (r < 0) {
		mem_free(zone);
		return r;
	}
	*ret = zone;
	return 0;
}
