/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "redirect/registration.h"
#include "store/inventory.h"
#include "store/mac_id_failure.h"

struct db;
struct device;

/*
 * Proof of possession: the suffix of a MAC-ID.
 *
 * It is compared with the inventory's, else with the first that was told for
 * the device; where neither is known any will do.  Wrong ones are counted for
 * each MAC.  After suffix_tries the MAC is locked for suffix_lock_seconds, and
 * every suffix is refused, so that trying goes on to tell nothing.  The right
 * one before that, and the end of a lock, begin the count anew.
 */

enum { POSSESSION_COUNT = 2 };

struct possession {
	int64_t mac;
	char suffix[MAC_ID_LEN + 1];  /* "": a bare MAC */
	const struct inventory *item; /* NULL: not in the inventory */
	struct device *device;	      /* as stored; NULL: none, or not looked for yet */
	bool has_looked;	      /* for the device */
	const char *expected;	      /* the right suffix; NULL: not known */
	bool has_failure;
	struct mac_id_failure failure;
};

/* -E_MAC_MALFORMED, -E_MAC_ID_MALFORMED; reads nothing but the text. */
int possession_parse(const char *mac_id, struct possession *ret) MUST_CHECK;

/*
 * Looks for the device, once.  Memory is `mem`'s; `list` may be NULL, here and
 * below.
 */
int possession_device(void *mem, struct db *db, struct redirect_list *list,
		      struct possession *possession) MUST_CHECK;

/* Reads what is known of the MAC.  Memory is `mem`'s. */
int possession_read(void *mem, struct db *db, struct redirect_list *list,
		    struct possession *possession) MUST_CHECK;

/*
 * 1 the suffix is in order (a bare MAC always is), 0 it is not, POSSESSION_COUNT: whether it is or
 * not, something must be counted, which only possession_count() can do.
 */
int possession_judge(const struct possession *possession,
		     struct redirect_answer *answer) MUST_CHECK;

/* In a write operation: 1 the suffix is in order, 0 it is not. */
int possession_count(struct db *db, struct possession *possession,
		     const struct redirect_caller *caller,
		     struct redirect_answer *answer) MUST_CHECK;
