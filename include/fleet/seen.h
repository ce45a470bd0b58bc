/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct net_address;
struct seen;

/*
 * Who was here when.
 *
 * seen_note() is for every contact: a map by MAC, the last one wins, written
 * out now and then, and lost in a crash.  seen_evidence() is for contacts that
 * prove something: a document with something new in it was given.  It is
 * written at once, beside what it changes in the fleet.
 */

void seen_setup(void);
void seen_done(void);

/* The user agent may be NULL.  From any thread; takes a lock that is never held for long. */
void seen_note(int64_t mac, int64_t at, const struct net_address *address, const char *user_agent);

/* The same of a device that was told where to get its document. */
void seen_note_redirect(int64_t mac, int64_t at, const struct net_address *address,
			const char *user_agent);

/* The same of a device that was given its document, and nothing of it waits for a window. */
void seen_note_served(int64_t mac, int64_t at, const struct net_address *address,
		      const char *user_agent);

/* Where a device was last seen, when that has not been written out yet. */
bool seen_peek(int64_t mac, struct net_address *ret);
/* When it was served, the same; 0: not since. */
int64_t seen_peek_served(int64_t mac);

/* seen_find(), with what has not been written out yet; `db` is of fleet_seen_reader(). */
int seen_look(void *mem, struct db *db, int64_t mac, struct seen **ret) MUST_CHECK;

/* Hands what has gathered to the writer of seen.db; does not wait. */
void seen_flush(void);

/*
 * Logs a fetch whose evidence has been recorded (rendition_evidence()) by
 * somebody else; does not wait.
 */
void seen_fetch(int64_t mac, int64_t at, const struct net_address *address, const char *etag,
		const char *revision, int64_t operations);

/*
 * The device was given the document.  `done` (may be NULL) is told on the
 * writer's thread whether it is on disk.  Negative when it could not even be
 * posted: then the caller offers it again with the next fetch.
 */
typedef void seen_done_fn(void *arg, int result);
int seen_evidence(int64_t mac, int64_t at, const struct net_address *address, const char *etag,
		  const char *revision, seen_done_fn *done, void *arg) MUST_CHECK;
