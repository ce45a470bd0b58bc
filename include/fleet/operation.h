/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/operation.h"

struct product;

/*
 * Commands on operations, and their times.
 *
 * A DECT registration window is written while it lasts: from now until its
 * start plus its duration; of several of one manager, which never overlap, the
 * earliest that has not ended.  A firmware block is written for a week from its
 * start, so that a device which was off meets it.  A removal is written until
 * a fetch has carried it and its time has passed: an hour for delete_hs, a day
 * for ToDeReg, which the device itself takes that long for; one by absence is
 * over with the fetch.
 */

struct operation_new {
	enum operation_kind kind; /* open_registration or firmware */
	const char *dm;		  /* NULL: "local" */
	int64_t start_at;	  /* UNIX seconds; 1, and only forced: RegStart=1, for one fetch */
	int64_t duration;
	const struct secret *password;
	const char *url;
	bool force; /* takes RegStart=1 and a factory password */
};

int fleet_operation_add(struct change *change, int64_t mac, const struct operation_new *new,
			int64_t *ret_id) MUST_CHECK;
int fleet_operation_remove(struct change *change, int64_t mac, int64_t id) MUST_CHECK;

/* Documents of some formats carry none, or not of each kind; a NULL product may become any. */
bool operation_is_carried(const struct product *product, enum operation_kind kind);

/* Is it written at that time? */
bool operation_is_written(const struct operation *operation, int64_t at);

/*
 * A window of the same manager comes first: a device that is told of two would
 * know the last one only.
 */
bool operation_is_behind(const struct operation *operation, const struct operation *operations,
			 size_t count, int64_t at);

/* When the answer changes next after `at`; 0: never by itself. */
int64_t operation_edge(const struct operation *operation, int64_t at);

/* A fetch at `at` has carried it: when it ends, 0: as it says itself. */
int64_t operation_end(const struct operation *operation, int64_t at);
