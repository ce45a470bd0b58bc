/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "base/macros.h"

struct config;
struct db;

/* For `status`: schedules that settings name and the configuration lacks. */
int schedule_notices(void *mem, struct db *db, const struct config *config,
		     json_t *notices) MUST_CHECK;

/* For `setting why`: what a value of schedule.* means, null for other settings. */
json_t *schedule_meaning(void *mem, const struct config *config, const char *setting,
			 const char *value);
