/* SPDX-License-Identifier: MIT */
#pragma once

#include "config/config.h"

/* Shapes of values that have parsers of their own (types.def), and how they are written. */

struct buf;

typedef const char *shape_text;
typedef unsigned shape_planes;
typedef unsigned shape_bytes;
typedef struct config_networks shape_networks;
typedef struct config_words shape_words;
typedef struct config_words shape_names;
typedef struct config_guard shape_guard;
typedef unsigned shape_minute;
typedef unsigned shape_days;
typedef unsigned shape_span;
typedef struct config_ranges shape_ranges;

/* The words of `serves`, with their bits in enum plane. */
struct config_plane {
	const char *word;
	unsigned bit;
};
extern const struct config_plane config_planes[];
extern const size_t config_plane_count;

void print_text(const void *field, struct buf *buf);
void print_planes(const void *field, struct buf *buf);
void print_bytes(const void *field, struct buf *buf);
void print_networks(const void *field, struct buf *buf);
void print_words(const void *field, struct buf *buf);
void print_names(const void *field, struct buf *buf);
void print_guard(const void *field, struct buf *buf);
void print_minute(const void *field, struct buf *buf);
void print_days(const void *field, struct buf *buf);
void print_span(const void *field, struct buf *buf);
void print_ranges(const void *field, struct buf *buf);
