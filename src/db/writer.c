/* SPDX-License-Identifier: MIT */
/*
 * One thread writes.  Posted operations wait in two queues; the thread takes
 * all that wait, runs each in a savepoint inside one transaction, commits, and
 * then tells those who posted.  While a commit waits for the disk the next
 * group gathers, so the more clients there are the larger the groups get, and
 * nobody waits on a timer for company.
 *
 * A group is bounded in number and in time: a commit should not keep its first
 * operation waiting for its last.
 */
#include "db/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "db/sqlite.h"

enum { GROUP_MAX = 1024, GROUP_MS = 20, LOW_EVERY = 8, QUEUE_MAX_DEFAULT = 20000 };

struct posted {
	struct posted *next;
	writer_op *op;
	writer_done *done;
	void *arg;
	int result;
	struct diag diag;
};

struct queue {
	struct posted *head;
	struct posted **tail;
};

struct writer {
	struct db *db;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct queue queue[2]; /* by priority; under the mutex, as are: */
	unsigned waiting;
	unsigned queue_max;
	bool stopping;
	bool drained; /* the thread has ended; its owner's */
	writer_woken *wake_call;
	void *wake_arg;
	_Atomic unsigned group_ms;
	_Atomic uint64_t generation;
	_Atomic uint64_t heartbeat;
	unsigned groups; /* since low-priority work was last taken; the thread's own */
	bool dirty;	 /* the log has grown since the last checkpoint; the thread's own */
};

static void queue_init(struct queue *queue)
{
	queue->head = NULL;
	queue->tail = &queue->head;
}

static void queue_push(struct queue *queue, struct posted *posted)
{
	posted->next = NULL;
	*queue->tail = posted;
	queue->tail = &posted->next;
}

static struct posted *queue_pop(struct queue *queue)
{
	struct posted *posted = queue->head;

	if (posted) {
		queue->head = posted->next;
		if (!queue->head)
			queue->tail = &queue->head;
	}
	return posted;
}

/* Normal work first unless `low_first`; low-priority work only where it is asked for. */
static struct posted *take(struct writer *writer, bool low, bool low_first)
{
	struct queue *first = &writer->queue[low_first ? WRITER_LOW : WRITER_NORMAL];
	struct posted *posted;

	pthread_mutex_lock(&writer->mutex);
	posted = queue_pop(first);
	if (!posted && low)
		posted = queue_pop(&writer->queue[low_first ? WRITER_NORMAL : WRITER_LOW]);
	if (posted) {
		writer->waiting--;
		counter_add(M_WRITE_QUEUE, -1);
	}
	pthread_mutex_unlock(&writer->mutex);
	return posted;
}

static void run_one(struct writer *writer, struct posted *posted)
{
	struct db *db = writer->db;
	bool touched = db->touched;
	int r = db_savepoint(db);

	if (r == 0) {
		r = posted->op(db, posted->arg, &posted->diag);
		if (r >= 0) {
			int released = db_release(db);

			r = released < 0 ? released : r;
		}
		if ((r == -E_DB || r == -E_DB_FULL) && !posted->diag.text[0])
			diag_set(&posted->diag, r, "%s", db_words(db));
		if (r < 0) {
			db_rollback_savepoint(db);
			db->touched = touched;
		}
	}
	posted->result = r;
}

/*
 * Runs what waits into `group`.  Negative when SQLite has undone the whole
 * transaction by itself, as it does when the disk is full: then those that ran
 * before are lost too, and whatever ran now would commit on its own.
 */
static int gather(struct writer *writer, struct queue *group)
{
	int64_t until = clock_monotonic_ms() + atomic_load(&writer->group_ms);
	bool low_first = ++writer->groups >= LOW_EVERY;
	struct posted *posted;

	if (low_first)
		writer->groups = 0;
	for (unsigned n = 0; n < GROUP_MAX; n++) {
		posted = take(writer, n == 0, n == 0 && low_first);
		if (!posted)
			break;
		run_one(writer, posted);
		queue_push(group, posted);
		if (sqlite3_get_autocommit(writer->db->handle))
			return writer->db->error;
		if (clock_monotonic_ms() >= until)
			break;
	}
	return 0;
}

/* Tells of a commit.  Under the mutex, so that whoever is told may go afterwards. */
static void tell(struct writer *writer)
{
	if (writer->db->touched)
		atomic_fetch_add(&writer->generation, 1);
	if (!writer->db->woken)
		return;
	pthread_mutex_lock(&writer->mutex);
	if (writer->wake_call)
		writer->wake_call(writer->wake_arg);
	pthread_mutex_unlock(&writer->mutex);
}

static void run_group(struct writer *writer)
{
	struct queue group;
	struct posted *posted;
	struct diag diag = {0};
	int r;

	queue_init(&group);
	writer->db->touched = false;
	writer->db->woken = false;
	r = db_begin(writer->db);
	if (r < 0) {
		/* One operation takes the blame; the others get their own try. */
		diag_set(&diag, r, "%s", db_words(writer->db));
		posted = take(writer, true, false);
		if (posted)
			queue_push(&group, posted);
	} else {
		r = gather(writer, &group);
		if (r == 0)
			r = db_commit(writer->db);
		if (r == 0)
			counter_add(M_COMMIT, 1);
		else
			diag_set(&diag, r, "%s", db_words(writer->db));
		writer->dirty = true;
	}
	if (r == 0)
		tell(writer);
	while ((posted = queue_pop(&group))) {
		if (r < 0) {
			posted->result = r;
			posted->diag = diag;
		}
		counter_add(posted->result < 0 ? M_WRITE_FAILED : M_WRITE, 1);
		if (posted->done)
			posted->done(posted->arg, posted->result, &posted->diag);
		mem_free(posted);
	}
}

static void wait_for_work(struct writer *writer)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&writer->mutex);
	while (writer->waiting == 0 && !writer->stopping)
		if (pthread_cond_timedwait(&writer->wake, &writer->mutex, &until) == ETIMEDOUT)
			break;
	pthread_mutex_unlock(&writer->mutex);
}

static bool has_work(struct writer *writer, bool *ret_stopping)
{
	bool work;

	pthread_mutex_lock(&writer->mutex);
	work = writer->waiting > 0;
	*ret_stopping = writer->stopping;
	pthread_mutex_unlock(&writer->mutex);
	return work;
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	bool stopping = false;

	pthread_setname_np(pthread_self(), "writer");
	for (;;) {
		wait_for_work(writer);
		atomic_fetch_add(&writer->heartbeat, 1);
		if (has_work(writer, &stopping)) {
			run_group(writer);
		} else if (stopping) {
			return NULL;
		} else if (writer->dirty) {
			writer->dirty = db_checkpoint(writer->db) < 0;
		}
	}
}

static int writer_close(struct writer *writer, int r)
{
	if (r < 0) {
		db_close(writer->db);
		mem_free(writer);
	}
	return r;
}

int writer_start(void *mem, const char *url, enum db_sync sync, const char *migrations,
		 struct writer **ret, struct diag *reterr)
{
	struct writer *writer = mem_new(mem, struct writer);
	pthread_condattr_t attr;
	int r = db_open(NULL, url, DB_WRITE, sync, &writer->db, reterr);

	if (r < 0)
		return writer_close(writer, r);
	r = db_migrate(writer->db, migrations, reterr);
	if (r < 0)
		return writer_close(writer, r);
	writer->db->heartbeat = &writer->heartbeat;
	queue_init(&writer->queue[WRITER_NORMAL]);
	queue_init(&writer->queue[WRITER_LOW]);
	writer->queue_max = QUEUE_MAX_DEFAULT;
	atomic_store(&writer->group_ms, GROUP_MS);
	atomic_store(&writer->generation, 1);
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->wake, &attr);
	pthread_condattr_destroy(&attr);
	r = -pthread_create(&writer->thread, NULL, writer_main, writer);
	if (r < 0)
		return writer_close(writer, r);
	*ret = writer;
	return 0;
}

int writer_post(struct writer *writer, enum writer_priority priority, writer_op *op,
		writer_done *done, void *arg)
{
	struct posted *posted = mem_new(NULL, struct posted);
	int r = 0;

	posted->op = op;
	posted->done = done;
	posted->arg = arg;
	pthread_mutex_lock(&writer->mutex);
	if (writer->stopping) {
		r = -E_STOPPING;
	} else if (writer->waiting >= writer->queue_max) {
		r = -E_BUSY;
	} else {
		queue_push(&writer->queue[priority], posted);
		counter_add(M_WRITE_QUEUE, 1);
		if (writer->waiting++ == 0)
			pthread_cond_signal(&writer->wake);
	}
	pthread_mutex_unlock(&writer->mutex);
	if (r < 0)
		mem_free(posted);
	return r;
}

uint64_t writer_generation(const struct writer *writer)
{
	return atomic_load(&writer->generation);
}

void writer_touch(struct db *db)
{
	db->touched = true;
}

void writer_alive(struct db *db)
{
	if (db->heartbeat)
		atomic_fetch_add(db->heartbeat, 1);
}

void writer_on_wake(struct writer *writer, writer_woken *wake, void *arg)
{
	pthread_mutex_lock(&writer->mutex);
	writer->wake_call = wake;
	writer->wake_arg = arg;
	pthread_mutex_unlock(&writer->mutex);
}

void writer_wake(struct db *db)
{
	db->woken = true;
}

uint64_t writer_heartbeat(const struct writer *writer)
{
	return atomic_load(&writer->heartbeat);
}

void writer_gather(struct writer *writer, unsigned ms)
{
	atomic_store(&writer->group_ms, ms);
}

void writer_limit(struct writer *writer, unsigned queue_max)
{
	pthread_mutex_lock(&writer->mutex);
	writer->queue_max = queue_max;
	pthread_mutex_unlock(&writer->mutex);
}

void writer_drain(struct writer *writer)
{
	if (!writer || writer->drained)
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->stopping = true;
	pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->mutex);
	pthread_join(writer->thread, NULL);
	writer->drained = true;
}

void writer_stop(struct writer *writer)
{
	if (!writer)
		return;
	writer_drain(writer);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->mutex);
	db_close(writer->db);
	mem_free(writer);
}
