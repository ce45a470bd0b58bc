/* SPDX-License-Identifier: MIT */
#pragma once

#include "render/document.h"
#include "store/rendition.h"

struct db;

/*
 * What a device has: the document that it was last given, as what it was made
 * of, with the operations that it carried.
 */
struct released {
	/* There is a record that it was given this one; NULL: none was. */
	const struct document *given;
	int64_t given_at;
	/*
	 * One that was made for it since, of whose giving there is no record.  The
	 * device may have it: a crash can lose the record.  NULL: none.
	 */
	const struct document *offered;
	struct rendition_held held; /* .at is 0: nothing */
	int64_t waits_at;	    /* a schedule makes something wait; 0: nothing */
	const char *acknowledged;   /* keys of handsets that may go, separated by blanks; or NULL */
};

/*
 * 1 found; 0: nothing was made for it, or only by a program that did not keep
 * what of.  All belongs to `mem`.
 */
int released_find(void *mem, struct db *db, int64_t mac, struct released **ret) MUST_CHECK;
