/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Schedules of the ini, attached to devices by the settings schedule.config
 * (documents) and schedule.firmware; the nearest scope wins, none means always
 * open.
 *
 * A setting that names a schedule which the ini does not have (any more) holds
 * changes back until one of the two is mended: a window that nobody knows is
 * never open.  What a device has is served all the same.
 */

struct buf;
struct change;
struct config;
struct config_schedule;
struct db;
struct device;
struct due;
struct schedule;
struct scope;
struct setting_new;

extern const char schedule_config_name[];   /* "schedule.config" */
extern const char schedule_firmware_name[]; /* "schedule.firmware" */

/* What holds for a device. */
struct planned {
	const char *setting;		 /* which of the two */
	const char *name;		 /* of the schedule; NULL: none, always open */
	const char *scope;		 /* whose setting it is; NULL: none */
	const struct schedule *schedule; /* NULL with a name: the ini has it not; never open */
};

/* By `name`, one of the two settings.  The schedule lives as long as `config` is pinned. */
int planned_find(void *mem, struct db *db, const struct config *config, const struct device *device,
		 const char *name, struct planned *ret) MUST_CHECK;

/*
 * When the device's turn comes: 1; 0 never.  Cycles count successes: it was
 * given all of its document, nothing of which waited; for firmware, and runs what
 * it should.  `seen` is the database of traces.
 */
int planned_due(void *mem, struct db *db, struct db *seen, const struct config *config,
		const struct device *device, const struct planned *planned, int64_t now,
		struct due *ret) MUST_CHECK;

/* A setting of ours that is to be set: -E_SCHEDULE_UNKNOWN, -E_SETTING_NAME, -E_SCOPE, -E_VALUE. */
int schedule_setting_check(struct change *change, const struct scope *scope,
			   const struct setting_new *new) MUST_CHECK;

/*
 * Schedules that settings name and the ini does not have: a sentence about
 * each, with one scope that names it.
 */
int schedule_missing(void *mem, struct db *db, const struct config *config, const char ***ret,
		     size_t *ret_count) MUST_CHECK;
