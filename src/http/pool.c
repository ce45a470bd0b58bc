/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#include "base/counter.h"
#include "base/error.h"
#include "base/mem.h"

enum { IDLE_SECONDS = 1 };

struct worker {
	pthread_t thread;
	struct pool *pool;
	_Atomic uint64_t beats; /* one for each turn of its loop */
	uint64_t beats_seen;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct work *head;
	struct work *tail;
	int waiting;
	bool is_stopping;
	_Atomic uint64_t heartbeat;
	unsigned count;
	struct worker workers[];
};

/* NULL: the pool has stopped.  Returns at least once a second to show that the worker lives. */
static struct work *take(struct pool *pool, bool *ret_stopped)
{
	struct work *work;
	struct timespec until;

	pthread_mutex_lock(&pool->lock);
	if (!pool->head && !pool->is_stopping) {
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += IDLE_SECONDS;
		pthread_cond_timedwait(&pool->more, &pool->lock, &until);
	}
	work = pool->head;
	if (work) {
		pool->head = work->next;
		pool->waiting--;
	}
	*ret_stopped = !work && pool->is_stopping;
	pthread_mutex_unlock(&pool->lock);
	return work;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	bool stopped = false;

	while (!stopped) {
		struct work *work = take(worker->pool, &stopped);

		atomic_fetch_add_explicit(&worker->beats, 1, memory_order_relaxed);
		if (work) {
			counter_add(M_WORK_QUEUE, -1);
			work->run(work);
		}
	}
	return NULL;
}

static void init(struct pool *pool)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->more, &attributes);
	pthread_condattr_destroy(&attributes);
}

int pool_new(void *mem, unsigned threads, struct pool **ret)
{
	struct pool *pool = mem_zalloc(mem, sizeof(*pool) + threads * sizeof(pool->workers[0]));
	sigset_t all;
	sigset_t before;
	int r = 0;

	init(pool);
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (r == 0 && pool->count < threads) {
		struct worker *worker = &pool->workers[pool->count];

		worker->pool = pool;
		r = -pthread_create(&worker->thread, NULL, worker_main, worker);
		if (r == 0)
			pool->count++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r < 0) {
		pool_stop(pool);
		pool_free(pool);
		return r;
	}
	*ret = pool;
	return 0;
}

int pool_post(struct pool *pool, struct work *work, int limit)
{
	int r = 0;

	pthread_mutex_lock(&pool->lock);
	if (pool->is_stopping) {
		r = -E_STOPPING;
	} else if (limit != POOL_NO_LIMIT && pool->waiting >= limit) {
		r = -E_BUSY;
	} else {
		work->next = NULL;
		if (pool->head)
			pool->tail->next = work;
		else
			pool->head = work;
		pool->tail = work;
		pool->waiting++;
		counter_add(M_WORK_QUEUE, 1);
	}
	pthread_mutex_unlock(&pool->lock);
	if (r == 0)
		pthread_cond_signal(&pool->more);
	return r;
}

void pool_watch(struct pool *pool)
{
	for (unsigned i = 0; i < pool->count; i++)
		if (atomic_load_explicit(&pool->workers[i].beats, memory_order_relaxed) ==
		    pool->workers[i].beats_seen)
			return;
	for (unsigned i = 0; i < pool->count; i++)
		pool->workers[i].beats_seen =
			atomic_load_explicit(&pool->workers[i].beats, memory_order_relaxed);
	atomic_fetch_add_explicit(&pool->heartbeat, 1, memory_order_relaxed);
}

uint64_t pool_heartbeat(const struct pool *pool)
{
	return atomic_load_explicit(&pool->heartbeat, memory_order_relaxed);
}

void pool_stop(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_broadcast(&pool->more);
	for (unsigned i = 0; i < pool->count; i++)
		pthread_join(pool->workers[i].thread, NULL);
	pool->count = 0;
}

void pool_free(struct pool *pool)
{
	pthread_cond_destroy(&pool->more);
	pthread_mutex_destroy(&pool->lock);
	mem_free(pool);
}
