/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fleet/gate.h"

struct db;

/*
 * Firmware is there in the windows of schedule.firmware only, but what was
 * begun in one may finish: the rest of a file (a Range that does not begin with
 * its first byte) is given for FIRMWARE_FINISH seconds from the first request
 * for it.  A firmware operation has a time of its own, and the file that it
 * names is there as long as it is written.
 */

enum { FIRMWARE_FINISH = 4 * 3600 };

struct firmware_pass {
	struct gate gate;
	bool begins; /* to be kept with firmware_begin() */
};

/*
 * `mac` -1: nobody knows whose, so the fleet's setting counts.  Negative is
 * gate's reason, or that of the database.
 */
int firmware_judge_time(void *mem, struct db *db, const struct config *config, int64_t mac,
			const char *name, int64_t at, bool is_rest,
			struct firmware_pass *ret) MUST_CHECK;

/* Does not wait; one that is lost in a crash begins anew. */
void firmware_begin(int64_t mac, const char *name, int64_t at);
