/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* What a phone keeps: values by name and index.  In files, a line is NAME[INDEX] = VALUE. */

enum { SIM_NO_INDEX = -1 };

struct sim_item {
	const char *name;
	int index;
	const char *value;
	const char *status; /* in messages: why not; NULL: nothing is wrong */
};

struct sim_items {
	struct sim_item *items;
	size_t count;
};

/* NULL when there is none. */
const struct sim_item *sim_items_find(const struct sim_items *items, const char *name, int index);

/* Name and value are copied to `mem`, and hang there. */
void sim_items_set(void *mem, struct sim_items *items, const char *name, int index,
		   const char *value);

/* Another entry, even if there is one of that name and index. */
struct sim_item *sim_items_add(void *mem, struct sim_items *items, const char *name, int index,
			       const char *value);
void sim_items_remove(struct sim_items *items, const char *name, int index);
void sim_items_copy(void *mem, struct sim_items *items, const struct sim_items *from);

/* NAME=VALUE, NAME[INDEX] = VALUE. */
int sim_item_parse(void *mem, const char *text, struct sim_item *ret,
		   struct diag *reterr) MUST_CHECK;

/* Comments (#) and empty lines are passed over; \n in a value is a line end. */
int sim_items_read(void *mem, struct sim_items *items, const char *path,
		   struct diag *reterr) MUST_CHECK;
int sim_items_write(const struct sim_items *items, const char *path,
		    struct diag *reterr) MUST_CHECK;

/* Letters, digits and - _ * . */
bool sim_name_is_valid(const char *name);

/* Passwords, PINs and keys: what phones do not tell, and --dump does not show. */
bool sim_name_is_secret(const char *name);
