/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "db/writer.h"
#include "store/audit.h"

/*
 * The fleet: the databases, and everything that may be done to what is in them.
 *
 * Reading: fleet_reader() gives this thread's connection.  Changing: a command
 * (fleet/<thing>.h) runs inside a write operation, on the writer's thread, with
 * all that it needs in a struct change; it writes its own audit row, and what
 * it returns decides whether the operation is kept.
 */

struct config;
struct readers;

/* Opens both databases, making and migrating them.  Once, before threads of others. */
int fleet_open(const struct config *config, struct diag *reterr) MUST_CHECK;

/* Writes what has been posted, then takes no more; reading goes on. */
void fleet_stop(void);

/* After fleet_stop(), and after every thread that reads has ended. */
void fleet_close(void);

/* This thread's reading connection: the fleet's; that of seen.db. */
int fleet_reader(struct db **ret) MUST_CHECK;
int fleet_seen_reader(struct db **ret) MUST_CHECK;

/* fleet_reader(), in a snapshot: what is read belongs together until db_snapshot_end(). */
int fleet_snapshot(struct db **ret) MUST_CHECK;

struct writer *fleet_writer(void);
struct writer *fleet_seen_writer(void);

/* A command's surroundings. */
struct change {
	struct db *db;
	void *mem; /* for what the command answers; lives as long as its caller wants */
	const struct audit_who *who;
	struct diag *diag;	     /* words for an error; may be NULL */
	const struct config *config; /* its upstreams are told of what goes; NULL: nobody is */
	bool is_part; /* of an import, which audits, and touches devices, once for all of it */
};

/*
 * What of the configuration goes into documents.  When it differs from what the
 * database was last used with, the fleet's revision grows.  After a reload; does
 * not wait.
 */
int fleet_apply_config(const struct config *config) MUST_CHECK;
