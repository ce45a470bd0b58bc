/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A fleet with jobs and phones that obey: the clock goes from minute to minute,
 * steps are run as the scheduler runs them, and whoever is told fetches.
 *
 * `kill_every` breaks things off as a kill does: a turn's transaction is undone,
 * or what had to be said after it is never said, or a fetch is not recorded.
 */

#include "base/buf.h"
#include "fleet/firmware.h"
#include "fleet/job.h"
#include "fleet_help.h"
#include "sched/turn.h"
#include "store/device.h"
#include "store/operation.h"

/* NOW is Thursday, 2018-05-31 12:59 UTC; the window of `night` opens at midnight. */
enum { MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR, OPENS = 1527811200, CLOSES = OPENS + 5 * HOUR };
#define BASE 0x7C2F80000000

static const char job_ini[] = "[listener phones]\nserves = phones\n"
			      "[schedule night]\nstart = 00:00\nend = 05:00\ninterval = 0\n"
			      "[schedule week]\nstart = 00:00\nend = 05:00\n"
			      "[schedule never]\nstart = 00:00\nend = 05:00\nmissed = skip\n"
			      "[schedule break]\nstart = 00:00\nend = 05:00\ninterval = 0\n"
			      "blackout = 2018-05-30..2018-06-03\n";

struct world {
	struct fixture *f;
	int64_t *told; /* macs, in order */
	bool *restart;
	size_t told_count, restart_count;
	int kill_every; /* 0: never */
	unsigned random;
	int kills;
	bool (*is_deaf)(int64_t mac); /* does not come when it is told; NULL: none */
	const char *version;	      /* that it runs after a fetch; NULL: as before */
};

static struct world *world_now; /* the trigger has no argument */

static inline bool world_reaches(const struct config *config, const char *product)
{
	(void)config;
	(void)product;
	return true;
}

static inline void world_tell(int64_t mac, bool restart)
{
	struct world *w = world_now;

	*mem_push(w->f, &w->told, &w->told_count) = mac;
	*mem_push(w->f, &w->restart, &w->restart_count) = restart;
}

static const struct turn_trigger world_trigger = {world_reaches, world_tell};

static inline int job_begin(void **state)
{
	int r = fleet_begin(state);
	struct fixture *f = *state;
	struct buf *errors = buf_new(f);
	struct config *config = NULL;

	assert_int_equal(
		config_read_text(f, "/etc/x/job.ini", job_ini, strlen(job_ini), &config, errors),
		0);
	f->config = *config;
	f->config.provisioning.public_url = "http://prov.example.net";
	f->config.provisioning.firmware_unidentified = FIRMWARE_ALLOW;
	f->change.config = &f->config;
	f->change.diag = &f->diag;
	return r;
}

static inline const char *mac_text(struct fixture *f, int64_t mac)
{
	char *text = mem_alloc(f, MAC_LEN + 1);

	mac_format(mac, text);
	return text;
}

static inline void fleet_make(struct fixture *f, int count)
{
	assert_int_equal(db_begin(f->db), 0);
	for (int i = 0; i < count; i++)
		device_make(f, mac_text(f, BASE + i), "n870", NULL);
	assert_int_equal(db_commit(f->db), 0);
}

/* As the API fills it in. */
static inline struct job_new job_usual(const char *kind)
{
	return (struct job_new){.kind = kind,
				.minimum = -1,
				.soak = -1,
				.advance = -1,
				.max_concurrent = -1,
				.per_minute = -1,
				.tries = -1,
				.windows = -1};
}

static inline int64_t job_make(struct fixture *f, const struct job_new *new)
{
	int64_t id;
	int r = fleet_job_start(&f->change, new, &id);

	if (r < 0)
		fail_msg("%s", diag_text(&f->diag, r));
	return id;
}

static inline struct job *job_now(struct fixture *f, int64_t id)
{
	struct job *job;

	assert_int_equal(job_get(f, f->db, id, &job), 0);
	return job;
}

static inline struct job_device *row_of(struct fixture *f, int64_t id, int64_t mac)
{
	struct job_device *row;

	assert_int_equal(job_device_find(f, f->db, id, mac, &row), 1);
	return row;
}

static inline const char *reason_of(struct fixture *f, int64_t id, int64_t mac)
{
	const char *reason =
		job_reason(f, f->db, &f->config, job_now(f, id), row_of(f, id, mac), clock_now());

	return reason ? reason : "";
}

static inline bool is_killed(struct world *w)
{
	if (!w->kill_every)
		return false;
	w->random = w->random * 1103515245u + 12345u;
	if ((w->random >> 16) % (unsigned)w->kill_every != 0)
		return false;
	w->kills++;
	return true;
}

/* One write operation; whether there is more to do. */
static inline bool world_step(struct world *w)
{
	CLEANUP(mem_freep) void *mem = mem_root("turn");
	struct change change = w->f->change;
	struct turn turn = {.trigger = &world_trigger};
	bool due;
	int r;

	assert_int_equal(turn_is_due(w->f->db, clock_now(), &due), 0);
	if (!due)
		return false;
	change.mem = mem;
	assert_int_equal(db_begin(w->f->db), 0);
	r = turn_run(&change, &turn);
	if (r < 0)
		fail_msg("%s: %s", error_text(r), diag_text(&w->f->diag, r));
	if (is_killed(w)) {
		db_rollback(w->f->db);
		return true;
	}
	assert_int_equal(db_commit(w->f->db), 0);
	if (is_killed(w))
		return true;
	for (size_t i = 0; i < turn.note_count; i++)
		if (turn.notes[i].what == TURN_TELL || turn.notes[i].what == TURN_RESTART)
			world_trigger.tell(turn.notes[i].mac, turn.notes[i].what == TURN_RESTART);
	return turn.more;
}

static inline void world_tick(struct world *w)
{
	world_now = w;
	while (world_step(w))
		;
}

/* A phone fetches, and perhaps comes back with the firmware that it has found. */
static inline void phone_come(struct world *w, int64_t mac)
{
	struct fixture *f = w->f;
	int64_t now = clock_now();
	void *mem = f->mem;
	struct rendition *rendition;
	int64_t operations;

	f->mem = mem_root("phone");
	rendition = rendition_at(f, mac, now);
	assert_int_equal(db_begin(f->db), 0);
	assert_int_equal(rendition_put(f->db, rendition), 0);
	assert_true(rendition_evidence(f->db, mac, rendition->etag, now, &operations) >= 0);
	if (w->version && strstr(rendition->document, "FwUpdateUrl")) {
		assert_true(device_learn(f->db, mac, w->version, 0) >= 0);
		assert_int_equal(job_note_version(f->mem, f->db, mac, w->version, now), 0);
	}
	mem_free(f->mem);
	f->mem = mem;
	if (is_killed(w))
		db_rollback(f->db);
	else
		assert_int_equal(db_commit(f->db), 0);
}

/* All that were told come, but for the deaf ones. */
static inline void phones_come(struct world *w)
{
	for (size_t i = 0; i < w->told_count; i++)
		if (!w->is_deaf || !w->is_deaf(w->told[i]))
			phone_come(w, w->told[i]);
	w->told_count = 0;
	w->restart_count = 0;
}

/* Minute by minute until the job neither waits nor works, or so long. */
static inline void world_run(struct world *w, int64_t id, int64_t seconds)
{
	int64_t end = clock_now() + seconds;

	for (int64_t at = clock_now(); at <= end; at += MINUTE) {
		struct job *job;

		clock_set(at);
		world_tick(w);
		phones_come(w);
		job = job_now(w->f, id);
		if (job->paused_at || job->phase == JOB_DONE || job->phase == JOB_STOPPED)
			return;
	}
}

struct numbers {
	int64_t devices, waiting, offered, confirmed, failed, gone;
};

/* Counted, and held against what the job counts itself. */
static inline struct numbers numbers_of(struct fixture *f, int64_t id)
{
	struct numbers n = {0};
	struct job_device *rows;
	struct job_wave *waves;
	int64_t told = 0;
	size_t count;

	assert_int_equal(job_device_list(f, f->db, id, -1, -1, INT32_MAX, &rows, &count), 0);
	n.devices = (int64_t)count;
	for (size_t i = 0; i < count; i++) {
		n.waiting += rows[i].state == JOB_WAITING;
		n.offered += rows[i].state == JOB_OFFERED;
		n.confirmed += rows[i].state == JOB_CONFIRMED;
		n.failed += rows[i].state == JOB_FAILED;
		n.gone += rows[i].state == JOB_GONE;
		told += rows[i].state == JOB_OFFERED && rows[i].told;
	}
	assert_int_equal(job_now(f, id)->under_way, told);
	assert_int_equal(job_wave_list(f, f->db, id, &waves, &count), 0);
	for (size_t i = 0; i < count; i++) {
		n.devices -= waves[i].devices;
		n.offered -= waves[i].offered;
		n.confirmed -= waves[i].confirmed;
		n.failed -= waves[i].failed;
		n.gone -= waves[i].gone;
	}
	assert_int_equal(n.devices | n.offered | n.confirmed | n.failed | n.gone, 0);
	for (size_t i = 0; i < count; i++) {
		n.devices += waves[i].devices;
		n.offered += waves[i].offered;
		n.confirmed += waves[i].confirmed;
		n.failed += waves[i].failed;
		n.gone += waves[i].gone;
	}
	return n;
}
