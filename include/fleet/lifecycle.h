/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/operation.h"

/*
 * The life of a handset: moving → to_register → registered → removing → gone.
 *
 * Devices do not report on handsets, so each state is taken from what they
 * have fetched:
 *
 *   moving       its device's document leaves it out, until the device that it
 *                comes from has fetched a document that removes it;
 *   to_register  in the document, but not fetched yet, or its IPUI is not known;
 *   registered   a document that adds it was fetched, and its IPUI is known;
 *   removing     since `handset remove`, until a fetch has carried the removal
 *                and its time has passed (operation_end());
 *   gone         then, and shown for GONE_KEPT; after that it is forgotten.
 *
 * All of it is in the database and is moved on by the fetches' evidence, so a
 * restart changes nothing.
 */

enum { GONE_KEPT = 30 * 86400 };

enum handset_state {
	HANDSET_MOVING,
	HANDSET_TO_REGISTER,
	HANDSET_REGISTERED,
	HANDSET_REMOVING,
	HANDSET_GONE,
};

const char *handset_state_name(enum handset_state state);
enum handset_state handset_state(const struct handset *handset);
enum handset_state removal_state(const struct operation *removal, int64_t at);

/* The removal that its firmware knows: delete_hs from 2.36 on and where it is not known. */
enum operation_mode removal_mode(const struct device *device);

/* How many handsets the device takes: what it says itself, or else what its product does. */
int64_t device_handsets_max(const struct device *device);

/*
 * Parts of write operations.
 *
 * The device was given its current rendition at `at`: handsets in it have been
 * added, those that waited for a removal in it need not wait any more, and
 * what ended long ago is forgotten.
 */
int lifecycle_given(void *scratch, struct db *db, int64_t mac, int64_t at) MUST_CHECK;

/*
 * The device whose document has to remove the handset before that of `mac` may
 * add it; 0: none.  `without` (0: none) is a device that does not count any more.
 */
int lifecycle_waits(void *scratch, struct db *db, const char *ipui, int64_t mac, int64_t without,
		    int64_t *ret) MUST_CHECK;

/* Whether the device was given the handset, or may have been. */
int lifecycle_knows(void *scratch, struct db *db, int64_t mac, const struct handset *handset,
		    bool *ret) MUST_CHECK;

/* Looks anew whether handsets that wait for `mac` have to; `is_leaving` when the device goes. */
int lifecycle_release(void *scratch, struct db *db, int64_t mac, bool is_leaving) MUST_CHECK;
