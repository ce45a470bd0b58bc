/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/macros.h"

/*
 * Workers: threads that run pieces of work in the order in which they came.
 *
 * A piece of work is embedded in whatever it works on and is in the queue at
 * most once.  After pool_stop() nothing is taken any more; what was in the
 * queue has been run.
 */

struct pool;

struct work {
	struct work *next;
	void (*run)(struct work *work);
};

enum { POOL_NO_LIMIT = -1 };

int pool_new(void *mem, unsigned threads, struct pool **ret) MUST_CHECK;

/* -E_BUSY when `limit` pieces wait already, -E_STOPPING after pool_stop() has begun. */
int pool_post(struct pool *pool, struct work *work, int limit) MUST_CHECK;

/* Notes who has been alive since the last call; from one thread. */
void pool_watch(struct pool *pool);

/* Grows with each pool_watch() that has found every worker alive since the last growth. */
uint64_t pool_heartbeat(const struct pool *pool);

/* Runs what is queued, then ends the threads.  pool_post() may still be called, in vain. */
void pool_stop(struct pool *pool);

/* After pool_stop(), when nobody posts any more. */
void pool_free(struct pool *pool);
