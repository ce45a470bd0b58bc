/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/macros.h"
#include "fleet/user_agent.h"

/*
 * What a device that has proved itself says about itself: written where it is
 * news, and then its revision grows with another firmware.  `done` is told on
 * the writer's thread how it went.  Negative when it could not even be posted.
 */
struct db;

/* The same within a write operation: 1 news, 0 known. */
int learn_version(void *scratch, struct db *db, int64_t mac, const char *version,
		  int64_t capacity) MUST_CHECK;

typedef void learn_done_fn(void *arg, int result);
int learn_agent(int64_t mac, const struct user_agent *agent, learn_done_fn *done,
		void *arg) MUST_CHECK;
