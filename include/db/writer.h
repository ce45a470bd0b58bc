/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "db/db.h"

/*
 * The writer: one thread that owns the only connection that writes.
 *
 * A write is an operation: a function that runs in a savepoint of its own.
 * Whatever is waiting is run and committed together; one that fails is undone
 * alone, a COMMIT that fails fails all of its group.  After the commit `done`
 * is called on the writer's thread with the operation's result; it must be
 * quick and must not block.
 *
 * Bulk work (imports, jobs) is posted with WRITER_LOW and in pieces: it is run
 * when nothing else waits, but at least once in every `LOW_EVERY` groups.
 */

struct writer;

enum writer_priority { WRITER_NORMAL, WRITER_LOW };

/*
 * Negative: undone.  The operation may set words in `diag`, which reach
 * `done`; when the engine failed and there are none, they are the engine's.
 */
typedef int writer_op(struct db *db, void *arg, struct diag *diag);
typedef void writer_done(void *arg, int result, const struct diag *diag);

/* Opens the database (making it when needed), brings it up to date and starts the thread. */
int writer_start(void *mem, const char *url, enum db_sync sync, const char *migrations,
		 struct writer **ret, struct diag *reterr) MUST_CHECK;

/* From any thread.  -E_STOPPING or -E_BUSY (queue_max is reached): `done` is then not called. */
int writer_post(struct writer *writer, enum writer_priority priority, writer_op *op,
		writer_done *done, void *arg) MUST_CHECK;

/* Posts and waits for the commit.  Not from an event loop or a listener's thread. */
int writer_do(struct writer *writer, writer_op *op, void *arg, struct diag *reterr) MUST_CHECK;

/*
 * Grows with every group whose operations changed what a document depends on
 * (see writer_touch()); after it has changed, caches must look again.
 */
uint64_t writer_generation(const struct writer *writer);

/* Called by an operation, on the writer's thread: this group changes documents. */
void writer_touch(struct db *db);

/* Called by an operation that takes long, now and then: the heartbeat goes on. */
void writer_alive(struct db *db);

/*
 * After a commit in which an operation has said writer_wake(), `wake` is called
 * on the writer's thread; it must be quick.  NULL ends that: no call goes on.
 */
typedef void writer_woken(void *arg);
void writer_on_wake(struct writer *writer, writer_woken *wake, void *arg);

/* Called by an operation: it has left work for whoever said writer_on_wake(). */
void writer_wake(struct db *db);

/* Grows while the thread is alive, with or without work; the watchdog looks at it. */
uint64_t writer_heartbeat(const struct writer *writer);

void writer_limit(struct writer *writer, unsigned queue_max);

/* How long operations are gathered into one commit, at most; for tests of groups. */
void writer_gather(struct writer *writer, unsigned ms);

/*
 * Runs what has been posted and ends the thread.  Whoever posts from now on is
 * told -E_STOPPING; the rest of the writer stays usable.
 */
void writer_drain(struct writer *writer);

/* The same, unless it was done, and closes.  Nobody may know the writer any more. */
void writer_stop(struct writer *writer);
