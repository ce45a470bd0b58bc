/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/view.h"
#include "store/rendition.h"

/*
 * Renditions: the bytes that a device is given.
 *
 * One that was made from the same revision and has not reached the time at
 * which an operation begins or ends is current; anything else is made again
 * when the device asks for it, never before.
 */

bool rendition_is_current(const struct device_fetch *fetch, int64_t at);

/*
 * The document of a view as bytes: with `reveal` as the device gets it, without
 * as people may see it, which is never put.  The rendition and all in it belong
 * to `mem`.
 */
int rendition_make(void *mem, const struct view *view, bool reveal, struct rendition **ret,
		   struct diag *reterr) MUST_CHECK;

/*
 * A write operation's body: the device was given the document with this ETag.
 * Marks the operations that it holds as carried, the rendition as given and the
 * device as provisioned.  1, or 0 when all this was known.
 */
int rendition_evidence(struct db *db, int64_t mac, const char *etag, int64_t at,
		       int64_t *ret_operations) MUST_CHECK;
