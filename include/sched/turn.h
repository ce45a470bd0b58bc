/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/job.h"

/*
 * A turn of the scheduler: what jobs have to do now, as one write operation of a
 * bounded length.  Everything that is to be said or sent because of it is said
 * or sent by whoever runs it, after the commit.
 */

/* How devices are told to fetch. */
struct turn_trigger {
	/* Whether devices of the product can be told. */
	bool (*reaches)(const struct config *config, const char *product);
	void (*tell)(int64_t mac, bool restart);
};

struct turn_note {
	enum { TURN_TELL, TURN_RESTART, TURN_FAILED, TURN_HALTED, TURN_DONE } what;
	int64_t job_id;
	int64_t mac;
	const char *words;
};

struct turn {
	const struct turn_trigger *trigger;
	int64_t since;		 /* from when on somebody sees what comes of a try */
	struct turn_note *notes; /* of change->mem */
	size_t note_count;
	bool more; /* there is more to do now */
};

/* Whether there is something to do; for a reader. */
int turn_is_due(struct db *db, int64_t now, bool *ret) MUST_CHECK;

int turn_run(struct change *change, struct turn *turn) MUST_CHECK;
