/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* The audit log: every change by a person or a program, in the transaction of the change. */

/* Who changes something; hung into every operation that writes. */
struct audit_who {
	const char *actor;   /* account, "uid:0", or "gigaprovd" */
	const char *address; /* "192.0.2.1", "unix", or "" */
	const char *request; /* request id, or "" */
};

struct audit {
	int64_t id;
	int64_t at;
	struct audit_who who;
	const char *action; /* "device.add" */
	const char *object; /* "device:7C2F80E0D605" */
	const char *before; /* JSON, secrets as fingerprints; NULL: nothing */
	const char *after;
};

/* `at` is now. */
int audit_insert(struct db *db, const struct audit_who *who, const char *action, const char *object,
		 const char *before, const char *after) MUST_CHECK;

/* The row that was written last, for what goes on over several operations. */
int audit_last(struct db *db, int64_t *ret) MUST_CHECK;
int audit_amend(struct db *db, int64_t id, const char *after) MUST_CHECK;

/* Newest first, before the id `before` (0: from the newest), of one object or (NULL) all. */
int audit_list(void *mem, struct db *db, const char *object, int64_t before, int limit,
	       struct audit **ret, size_t *ret_count) MUST_CHECK;
