/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/firmware.h"
#include "fleet/fleet.h"
#include "fleet/gate.h"
#include "fleet/released.h"
#include "render/document.h"
#include "store/device.h"

struct config;
struct schedule;

/*
 * A device as its document sees it: everything resolved, at one moment.
 */
struct view {
	struct device_fetch *fetch; /* with the revision that the document is of */
	struct document document;
	int64_t at;
	int64_t until_at;		       /* an operation begins or ends; 0: never */
	const char *revision;		       /* fetch->revision as text; see view_revision() */
	const struct released *released;       /* what the device has; NULL: nothing is known */
	struct firmware_choice firmware;       /* what it is told of, and why not */
	const struct schedule *phone_schedule; /* that document.schedule is made of; NULL: none */
	size_t codes_left_out; /* settings that document.schedule takes the place of */
	size_t opers_left_out; /* they name handsets that are not there */
	/* What an interlock decided (interlock.h), and words on it; NULL: nothing to say. */
	const char *notice;
	struct rendition_held held;    /* .at is 0: nothing is held back */
	const struct document *wanted; /* while something is: the document without the guard */
	bool acknowledged_over;	       /* what was acknowledged is not missing any more */
	/* What the schedules say (gate.h), and since when and what waits; NULL: nothing does. */
	struct gate gate, firmware_gate;
	bool is_forced; /* somebody said now */
	int64_t waits_at;
	const struct document *waiting; /* the whole document without the gate */
	const struct document *last;	/* while something may wait: what was made before */
};

/*
 * Reads one snapshot.  -E_MAC_UNKNOWN, -E_NO_PRODUCT.  Everything belongs to
 * `mem`.
 */
int view_read(void *mem, struct db *db, const struct config *config, int64_t mac, int64_t at,
	      struct view **ret) MUST_CHECK;

/*
 * The same as if the gate were open, which firmware's is not.  Within an
 * operation of the writer, or whoever has a snapshot.
 */
int view_read_forced(void *mem, struct db *db, const struct config *config, int64_t mac, int64_t at,
		     bool is_forced, struct view **ret) MUST_CHECK;

/* "1.4.0.2.1.17": the renderer's version and the counters of struct device_revision. */
char *view_revision(void *mem, const struct device_revision *revision);
