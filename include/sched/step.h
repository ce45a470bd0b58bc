/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/job.h"

/*
 * A step of the scheduler: what jobs have to do now, as one write operation of a
 * bounded length.  Everything that is to be said or sent because of it is said
 * or sent by whoever runs it, after the commit.
 */

/* How devices are told to fetch. */
struct step_trigger {
	/* Whether devices of the product can be told. */
	bool (*reaches)(const struct config *config, const char *product);
	void (*tell)(int64_t mac, bool restart);
};

struct step_note {
	enum { STEP_TELL, STEP_RESTART, STEP_FAILED, STEP_HALTED, STEP_DONE } what;
	int64_t job_id;
	int64_t mac;
	const char *words;
};

struct step {
	const struct step_trigger *trigger;
	struct step_note *notes; /* of change->mem */
	size_t note_count;
	bool more; /* there is more to do now */
};

/* Whether there is something to do; for a reader. */
int step_is_due(struct db *db, int64_t now, bool *ret) MUST_CHECK;

int step_run(struct change *change, struct step *step) MUST_CHECK;
