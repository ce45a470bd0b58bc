/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/param.h"

struct db;
struct secret;

/*
 * Parts, as stored: elements of a device's <firmware> and <custom> that are
 * written as an import found them, in the order of their positions.
 */

enum part_place { PART_FIRMWARE, PART_CUSTOM, PART_PLACES };

struct part {
	int depth; /* 0: directly in its place; n: in the last before it that has n - 1 */
	const char *name;
	const struct secret *text; /* NULL: none */
	struct param *attributes;  /* a value may be "" */
	size_t attribute_count;
	int64_t created_at;
};

/* "firmware" */
const char *part_place_name(enum part_place place);

int part_list(void *mem, struct db *db, int64_t mac, enum part_place place, struct part **ret,
	      size_t *ret_count) MUST_CHECK;
/* Behind the others, at this position from 1. */
int part_insert(struct db *db, int64_t mac, enum part_place place, int position,
		const struct part *part) MUST_CHECK;
/* All of a place; 1 there were some, 0 not. */
int part_delete(struct db *db, int64_t mac, enum part_place place) MUST_CHECK;
