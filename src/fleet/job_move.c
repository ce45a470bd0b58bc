/* SPDX-License-Identifier: MIT */
/*
 * Moves of a device within a job, and what they come to for the job: thresholds,
 * the next wave, the end.  Numbers of a wave change with the rows that they
 * count, in one transaction, so nothing ever has to count them.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/job.h"
#include "fleet/wpi_order.h"
#include "store/device.h"
#include "store/operation.h"

enum { PATIENCE = 86400, TRY_FACTOR = 3 };

void job_halt(struct job *job, bool stop, const char *reason, int64_t now)
{
	job->reason = reason;
	if (!stop) {
		job->paused_at = now;
		return;
	}
	job->halted = job->phase;
	job->phase = JOB_STOPPING;
	job->paused_at = 0;
}

static bool is_over(int64_t percent, int64_t count, int64_t minimum, int64_t failed, int64_t ended)
{
	if (count && failed >= count)
		return true;
	return percent && failed && ended >= minimum && failed * 100 >= percent * ended;
}

static void judge(struct change *change, struct job *job, const struct job_wave *all, int64_t now)
{
	int64_t ended = all->confirmed + all->failed - job->forgiven_ended;
	int64_t failed = all->failed - job->forgiven_failed;
	bool stop = is_over(job->stop_percent, job->stop_count, job->minimum, failed, ended);

	if (!stop && !is_over(job->pause_percent, job->pause_count, job->minimum, failed, ended))
		return;
	job_halt(job, stop,
		 mem_printf(change->mem, "%lld of %lld devices failed", (long long)failed,
			    (long long)ended),
		 now);
}

static bool has_ended(const struct job_wave *wave)
{
	return wave->confirmed + wave->failed + wave->gone >= wave->devices;
}

static void sum_up(const struct job_wave *waves, size_t count, struct job_wave *ret)
{
	*ret = (struct job_wave){0};
	for (size_t i = 0; i < count; i++) {
		ret->devices += waves[i].devices;
		ret->confirmed += waves[i].confirmed;
		ret->failed += waves[i].failed;
		ret->gone += waves[i].gone;
	}
}

/* What the numbers say now. */
static int progress(struct change *change, struct job *job, int64_t now)
{
	const struct job_wave *open = NULL;
	struct job_wave *waves, all;
	size_t count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &count);

	if (r < 0)
		return r;
	sum_up(waves, count, &all);
	if ((job->phase == JOB_RUNNING || job->phase == JOB_OPENING) && !job->paused_at)
		judge(change, job, &all, now);
	if (job->phase != JOB_RUNNING || job->next_wave_at)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (waves[i].wave == job->wave)
			open = &waves[i];
	if (has_ended(&all)) {
		job->phase = JOB_DONE;
		job->paused_at = 0;
		job->ended_at = now;
	} else if (open && open != &waves[count - 1] &&
		   (has_ended(open) || open->confirmed * 100 >= job->advance * open->devices)) {
		/* A wave without devices is no reason to wait. */
		job->next_wave_at = now + (open->devices ? job->soak : 0);
	}
	return 0;
}

int job_wave_next(struct change *change, struct job *job)
{
	struct job_wave *waves;
	size_t count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		struct job_wave more = {.wave = waves[i].wave, .opened_at = job->next_wave_at};

		if (more.wave <= job->wave)
			continue;
		job->wave = more.wave;
		job->cursor = -1;
		job->phase = JOB_OPENING;
		job->next_wave_at = 0;
		return job_wave_add(change->db, job->id, &more);
	}
	job->next_wave_at = 0;
	return r;
}

static void count_as(struct job *job, const struct job_device *row, int64_t n,
		     struct job_wave *more)
{
	switch (row->state) {
	case JOB_WAITING:
		break;
	case JOB_OFFERED:
		more->offered += n;
		job->under_way += row->told ? n : 0;
		break;
	case JOB_CONFIRMED:
		more->confirmed += n;
		break;
	case JOB_FAILED:
		more->failed += n;
		break;
	case JOB_GONE:
		more->gone += n;
		break;
	}
}

static int move(struct change *change, struct job *job, struct job_device *row,
		enum job_device_state state)
{
	struct job_wave more = {.wave = row->wave};
	int r;

	count_as(job, row, -1, &more);
	row->state = state;
	count_as(job, row, 1, &more);
	r = job_device_update(change->db, row);
	return r < 0 ? r : job_wave_add(change->db, job->id, &more);
}

/* The offer is not made any more. */
static int withdraw(struct change *change, struct job_device *row)
{
	int64_t id = row->operation_id;
	int r = wpi_order_withdraw(change, row->mac, row->job_id);

	row->operation_id = 0;
	if (r < 0 || !id)
		return r;
	r = operation_delete(change->db, row->mac, id);
	if (r > 0)
		r = device_touch(change->db, row->mac);
	if (r >= 0)
		writer_touch(change->db);
	return r < 0 ? r : 0;
}

int job_offered(struct change *change, struct job *job, struct job_device *row, bool told,
		int64_t now)
{
	int64_t wait = job_kind_row(job_kind_of(job))->wait_s;

	for (int64_t i = 0; i < row->tries; i++)
		wait *= TRY_FACTOR;
	row->tries++;
	row->attempts++;
	row->told = told;
	row->offered_at = now;
	/* Who only polls has until the window closes. */
	row->due_at = told ? now + wait : row->close_at ? row->close_at : now + PATIENCE;
	job_started(job, now);
	return move(change, job, row, JOB_OFFERED);
}

static int end(struct change *change, struct job *job, struct job_device *row,
	       enum job_device_state state, const char *reason, int64_t now)
{
	int r;

	row->reason = reason;
	row->due_at = 0;
	row->close_at = 0;
	row->ended_at = now;
	r = move(change, job, row, state);
	return r < 0 ? r : progress(change, job, now);
}

int job_confirmed(struct change *change, struct job *job, struct job_device *row,
		  const char *reason, int64_t now)
{
	/* A registration window goes on to its own end. */
	int r = job_kind_of(job) == JOB_KIND_open_registration ? 0 : withdraw(change, row);

	return r < 0 ? r : end(change, job, row, JOB_CONFIRMED, reason, now);
}

int job_failed(struct change *change, struct job *job, struct job_device *row, const char *reason,
	       int64_t now)
{
	int r = withdraw(change, row);

	return r < 0 ? r : end(change, job, row, JOB_FAILED, reason, now);
}

int job_gone(struct change *change, struct job *job, struct job_device *row, int64_t now)
{
	return end(change, job, row, JOB_GONE, "the device is not there any more", now);
}

static const char *why_failed(const struct job *job, const struct job_device *row)
{
	if (!row->fetched_at)
		return "not-fetched";
	return job_kind_of(job) == JOB_KIND_firmware ? "version-not-seen" : "not-carried";
}

static int plan_on(struct change *change, struct job *job, struct job_device *row, int64_t from,
		   int64_t now)
{
	int r = job_plan(change, job, row, from);

	if (r == -E_MAC_UNKNOWN)
		return job_gone(change, job, row, now);
	if (r == -E_JOB_NEVER)
		return job_failed(change, job, row, "never-due", now);
	if (r == -E_SCHEDULE_UNKNOWN) {
		job_halt(job, false, "schedule-unknown", now);
		row->due_at = from;
		r = 0;
	}
	return r < 0 ? r : move(change, job, row, JOB_WAITING);
}

int job_lapsed(struct change *change, struct job *job, struct job_device *row, int64_t now)
{
	bool open = !row->close_at || now < row->close_at;
	int r;

	if (row->told && open && row->tries < job->tries) {
		row->due_at = now;
		return move(change, job, row, JOB_WAITING);
	}
	row->windows++;
	if (!row->close_at || row->windows >= job->windows)
		return job_failed(change, job, row, why_failed(job, row), now);
	r = withdraw(change, row);
	row->tries = 0;
	return r < 0 ? r
		     : plan_on(change, job, row, now > row->close_at ? now : row->close_at, now);
}

enum { WITHDRAWN_AT_ONCE = 100, OPENED_AT_ONCE = 200 };

int job_withdraw(struct change *change, struct job *job)
{
	struct job_device *rows;
	int64_t now = clock_now();
	size_t count;
	int r = job_device_list(change->mem, change->db, job->id, JOB_OFFERED, -1,
				WITHDRAWN_AT_ONCE, &rows, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		r = withdraw(change, &rows[i]);
		rows[i].tries = 0;
		rows[i].offered_at = 0;
		rows[i].due_at = now;
		if (r == 0)
			r = move(change, job, &rows[i], JOB_WAITING);
	}
	if (r < 0 || count == WITHDRAWN_AT_ONCE)
		return r < 0 ? r : 1;
	job->phase = JOB_STOPPED;
	job->ended_at = now;
	return 0;
}

static int opened_at(struct change *change, const struct job *job, int64_t *ret)
{
	struct job_wave *waves;
	size_t count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &count);

	*ret = clock_now();
	for (size_t i = 0; i < count; i++)
		if (waves[i].wave == job->wave && waves[i].opened_at)
			*ret = waves[i].opened_at;
	return r;
}

int job_open(struct change *change, struct job *job)
{
	struct job_device *rows;
	int64_t now = clock_now();
	int64_t at;
	size_t count;
	int r = opened_at(change, job, &at);

	if (r == 0)
		r = job_device_list(change->mem, change->db, job->id, -1, job->cursor,
				    OPENED_AT_ONCE, &rows, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		if (rows[i].wave == job->wave && rows[i].state == JOB_WAITING && !rows[i].due_at) {
			rows[i].enrolled_at = at;
			r = plan_on(change, job, &rows[i], now, now);
		}
		/* Halted: goes on behind this one. */
		job->cursor = rows[i].mac;
		if (job->paused_at || job->phase != JOB_OPENING)
			return r;
	}
	if (r < 0 || count == OPENED_AT_ONCE)
		return r < 0 ? r : 1;
	job->phase = JOB_RUNNING;
	return progress(change, job, now);
}
