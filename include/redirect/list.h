/* SPDX-License-Identifier: MIT */
#pragma once

#include "db/db.h"
#include "redirect/registration.h"
#include "store/device.h"

/*
 * What the registrations of one list share, for one write operation in which no
 * MAC comes twice.
 *
 * New devices come in series: looking for the next MAC that is known tells of
 * many that are not.  They are stored some at a time, and what is done to all
 * of them alike is said once in the audit log for some dozens of them.
 */
struct redirect_gap { /* no MAC from `from` up to `to`, without it, is known */
	int64_t from;
	int64_t to;
};

struct redirect_list {
	int64_t now; /* when all of it is registered */
	struct redirect_gap device;
	struct redirect_gap inventory;

	void *mem;			  /* of what has not been stored yet; emptied when it has */
	struct registration registration; /* but for the MAC */
	const struct device *devices[DB_SERIES];
	int64_t macs[DB_SERIES];
	size_t count;

	struct buf *audited; /* "device:7C2F80820EC0 device:…" */
	size_t audited_count;
};

struct redirect_list *redirect_list_new(void *mem);

/* Of redirect_register(): memory that lasts until the next call of this, when room had to be made. */
int list_room(struct db *db, struct redirect_list *list, void **ret_mem) MUST_CHECK;
/* Stores both, now or later. */
int list_add(struct redirect_list *list, const struct registration *registration,
	     const struct device *device) MUST_CHECK;
int list_audit(struct db *db, const struct redirect_caller *caller,
	       const struct redirect_target *target, int64_t mac) MUST_CHECK;
