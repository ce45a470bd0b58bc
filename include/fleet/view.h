/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/firmware.h"
#include "fleet/fleet.h"
#include "render/document.h"
#include "store/device.h"

struct config;

/*
 * A device as its document sees it: everything resolved, at one moment.
 */
struct view {
	struct device_fetch *fetch; /* with the revision that the document is of */
	struct document document;
	int64_t at;
	int64_t until_at;     /* an operation begins or ends; 0: never */
	const char *revision; /* fetch->revision as text; see view_revision() */
	const char *handsets; /* keys of handsets, in order of the key, separated by blanks */
	struct firmware_choice firmware;
	/* Words on what an interlock decided; NULL: nothing to say. */
	const char *notice;
	bool held; /* the shrink guard left DeleteNotProvisionedHS out */
};

/*
 * Reads one snapshot.  -E_MAC_UNKNOWN, -E_NO_PRODUCT.  Everything belongs to
 * `mem`.
 */
int view_read(void *mem, struct db *db, const struct config *config, int64_t mac, int64_t at,
	      struct view **ret) MUST_CHECK;

/* "1.4.0.2.1.17": the renderer's version and the counters of struct device_revision. */
char *view_revision(void *mem, const struct device_revision *revision);
