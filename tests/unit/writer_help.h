/* SPDX-License-Identifier: MIT */
#pragma once

#include "scratch.h"

#include <pthread.h>
#include <stdio.h>

#include "db/reader.h"
#include "db/writer.h"

/*
 * What tests of the writer stand on.  Most close a gate first: an operation
 * that keeps the writer busy until the test has posted all that it wants to
 * see together.
 */

DB_QUERY(test_device, "INSERT INTO device (mac, created_at) VALUES (:mac, 1)");
DB_QUERY(test_devices, "SELECT count(*) FROM device");
DB_QUERY(test_find, "SELECT 1 FROM device WHERE mac = :mac");

struct fixture {
	struct scratch *scratch;
	struct writer *writer;
	struct readers *readers;
	/* the gate, and what has been done so far */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool at_gate;
	bool open;
	unsigned done;
	unsigned failed;
};

static inline int setup(void **state)
{
	struct fixture *f = mem_new(NULL, struct fixture);

	f->scratch = scratch_new();
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->changed, NULL);
	assert_int_equal(
		writer_start(NULL, f->scratch->url, DB_SYNC_FULL, "sql/sqlite/", &f->writer, NULL),
		0);
	/* However slow the machine is: what waits together is committed together. */
	writer_gather(f->writer, 60000);
	assert_int_equal(readers_open(NULL, f->scratch->url, &f->readers, NULL), 0);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	writer_stop(f->writer);
	readers_close(f->readers);
	scratch_free(f->scratch);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->mutex);
	mem_free(f);
	return 0;
}

static inline int gate_op(struct db *db, void *arg, struct diag *diag)
{
	struct fixture *f = arg;

	(void)db;
	(void)diag;
	pthread_mutex_lock(&f->mutex);
	f->at_gate = true;
	pthread_cond_broadcast(&f->changed);
	while (!f->open)
		pthread_cond_wait(&f->changed, &f->mutex);
	pthread_mutex_unlock(&f->mutex);
	return 0;
}

static inline void gate_close(struct fixture *f)
{
	f->at_gate = false;
	f->open = false;
	assert_int_equal(writer_post(f->writer, WRITER_NORMAL, gate_op, NULL, f), 0);
	pthread_mutex_lock(&f->mutex);
	while (!f->at_gate)
		pthread_cond_wait(&f->changed, &f->mutex);
	pthread_mutex_unlock(&f->mutex);
}

static inline void gate_open(struct fixture *f)
{
	pthread_mutex_lock(&f->mutex);
	f->open = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->mutex);
}

static inline void wait_done(struct fixture *f, unsigned n)
{
	pthread_mutex_lock(&f->mutex);
	while (f->done < n)
		pthread_cond_wait(&f->changed, &f->mutex);
	pthread_mutex_unlock(&f->mutex);
}

static inline bool device_is(struct fixture *f, int64_t mac)
{
	struct db *db;
	int64_t one;
	int r = readers_get(f->readers, &db);

	assert_int_equal(r, 0);
	r = db_select_int(db, &test_find, DB_ARGS(DB_INT("mac", mac)), &one);
	assert_true(r >= 0);
	return r == 1;
}

static inline int64_t devices(struct fixture *f)
{
	struct db *db;
	int64_t n;

	assert_int_equal(readers_get(f->readers, &db), 0);
	assert_int_equal(db_select_int(db, &test_devices, NULL, &n), 1);
	return n;
}

/* What most tests post: a device is put in, then `then` happens. */
struct put {
	struct fixture *f;
	int64_t mac;
	int (*then)(struct db *db, struct diag *diag);
	int returns;
	/* seen by done */
	int result;
	bool visible;
	uint64_t generation;
	char text[400];
};

static inline int put_op(struct db *db, void *arg, struct diag *diag)
{
	struct put *put = arg;
	int r = db_run(db, &test_device, DB_ARGS(DB_INT("mac", put->mac)));

	if (r == 0 && put->then)
		r = put->then(db, diag);
	return r < 0 ? r : put->returns;
}

static inline void put_done(void *arg, int result, const struct diag *diag)
{
	struct put *put = arg;
	struct fixture *f = put->f;

	put->result = result;
	put->visible = device_is(f, put->mac);
	put->generation = writer_generation(f->writer);
	snprintf(put->text, sizeof(put->text), "%s", diag->text);
	pthread_mutex_lock(&f->mutex);
	f->done++;
	f->failed += result < 0;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->mutex);
}

static inline void post_put(struct fixture *f, struct put *put)
{
	put->f = f;
	assert_int_equal(writer_post(f->writer, WRITER_NORMAL, put_op, put_done, put), 0);
}

static inline int then_refuse(struct db *db, struct diag *diag)
{
	(void)db;
	return diag_set(diag, -E_MAC_LOCKED, "refused for the test");
}
