/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/turn.h"

/*
 * After a start: devices that were offered something and of whom a kill has
 * kept that they be told.  Orders to tell wait in memory; offers are on disk.
 */
struct again {
	int64_t job_id, mac; /* how far it has come */
	bool is_over;
};

/* A page of them; `seen` is the database of traces. */
int again_turn(struct db *db, struct db *seen, const struct turn_trigger *trigger,
	       struct again *again) MUST_CHECK;
