/* SPDX-License-Identifier: MIT */
/*
 * What jobs have to do now, job by job: a page of what its phase asks for, then
 * devices that have had their time, then those that are due, as many as there is
 * room for.
 */
#include "sched/turn.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "offer.h"
#include "render/format.h"
#include "store/device.h"

enum { AT_ONCE = 50, BUSY_S = 60, STATUS_SERVER = 500 };

typedef int offer_fn(struct offer *offer);
static offer_fn *const offers[] = {
#define JOB(id, evidence, restarts, setting, wait_s, what) offer_##id,
#include "fleet/jobs.def"
#undef JOB
};

static int is_due(struct db *db, const struct job *job, int64_t now, bool *ret)
{
	int64_t at;
	int r;

	*ret = job->phase != JOB_RUNNING || (job->next_wave_at && job->next_wave_at <= now);
	if (*ret)
		return 0;
	r = job_device_next(db, job->id, JOB_OFFERED, &at);
	*ret = r > 0 && at <= now;
	if (r < 0 || *ret || !job_room(job, now))
		return r;
	r = job_device_next(db, job->id, JOB_WAITING, &at);
	*ret = r > 0 && at <= now;
	return r;
}

int turn_is_due(struct db *db, int64_t now, bool *ret)
{
	CLEANUP(mem_freep) void *scratch = mem_root("tick");
	struct job *jobs;
	size_t count;
	int r = job_list_active(scratch, db, &jobs, &count);

	*ret = false;
	for (size_t i = 0; i < count && r >= 0 && !*ret; i++)
		r = is_due(db, &jobs[i], now, ret);
	return r < 0 ? r : 0;
}

static void note(struct change *change, struct turn *turn, int what, const struct job *job,
		 int64_t mac, const char *words)
{
	struct turn_note *note = mem_push(change->mem, &turn->notes, &turn->note_count);

	note->what = what;
	note->job_id = job->id;
	note->mac = mac;
	note->words = words;
}

static bool is_at_work(const struct job *job)
{
	return !job->paused_at && (job->phase == JOB_RUNNING || job->phase == JOB_OPENING);
}

static int fail(struct change *change, struct turn *turn, struct job *job, struct job_device *row,
		const char *reason, int64_t now)
{
	note(change, turn, TURN_FAILED, job, row->mac, reason);
	return job_failed(change, job, row, reason, now);
}

static int lapse(struct change *change, struct turn *turn, struct job *job, int64_t now)
{
	struct job_device *rows;
	size_t count;
	int r = job_device_due(change->mem, change->db, job->id, JOB_OFFERED, now, AT_ONCE, &rows,
			       &count);

	for (size_t i = 0; i < count && r == 0 && is_at_work(job); i++) {
		/* It may have come, and the record of it been lost with us. */
		if (rows[i].offered_at <= turn->since && rows[i].tries > 0)
			rows[i].tries--;
		r = job_lapsed(change, job, &rows[i], now);
		if (r == 0 && rows[i].state == JOB_FAILED)
			note(change, turn, TURN_FAILED, job, rows[i].mac, rows[i].reason);
	}
	turn->more = turn->more || count == AT_ONCE;
	return r;
}

static int is_busy(struct change *change, const struct job_device *row)
{
	struct job_device *begun;
	size_t count;
	int r = job_device_begun(change->mem, change->db, row->mac, &begun, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		if (begun[i].job_id != row->job_id && begun[i].state == JOB_OFFERED)
			return 1;
	return r;
}

static int put_off(struct change *change, struct job_device *row, int64_t at)
{
	row->due_at = at;
	return job_device_update(change->db, row);
}

/* What one device cannot have is no reason for the others to go without. */
static int refused(struct change *change, struct turn *turn, struct job *job,
		   struct job_device *row, int r, int64_t now)
{
	const struct diag *diag = change->diag;
	const char *words = diag && diag->text[0] ? diag->text : error_text(r);

	if (r == -E_BUSY)
		return put_off(change, row, now + BUSY_S);
	if (r > -E_INTERNAL || error_status(r) >= STATUS_SERVER)
		return r;
	return fail(change, turn, job, row, mem_strdup(change->mem, words), now);
}

static int make_offer(struct change *change, struct turn *turn, struct job *job,
		      struct job_device *row, const struct device *device, int64_t now)
{
	const struct config *config = change->config;
	enum job_kind kind = job_kind_of(job);
	bool restarts = job_kind_row(kind)->restarts;
	struct diag diag = {0};
	struct change part = *change;
	struct offer offer = {
		.change = &part, .job = job, .row = row, .device = device, .now = now};
	int r;

	/* The job has been audited; 10,000 rows of what it does would hide everything else. */
	part.is_part = true;
	part.diag = &diag;
	offer.reaches = turn->trigger->reaches(config, device->product);
	r = offers[kind](&offer);
	if (r < 0)
		return refused(&part, turn, job, row, r, now);
	if (r > 0)
		return job_confirmed(change, job, row, offer.words, now);
	if (offer.reaches)
		note(change, turn, restarts ? TURN_RESTART : TURN_TELL, job, row->mac, NULL);
	return job_offered(change, job, row, offer.reaches, now);
}

static int offer_if_possible(struct change *change, struct turn *turn, struct job *job,
			     struct job_device *row, int64_t now)
{
	struct device *device;
	int r = is_busy(change, row);

	if (r != 0)
		return r < 0 ? r : put_off(change, row, now + BUSY_S);
	r = device_find(change->mem, change->db, row->mac, &device);
	if (r <= 0)
		return r < 0 ? r : job_gone(change, job, row, now);
	if (!device->product)
		return fail(change, turn, job, row, error_text(-E_NO_PRODUCT), now);
	if (device->locked_at)
		return fail(change, turn, job, row, error_text(-E_MAC_LOCKED), now);
	return make_offer(change, turn, job, row, device, now);
}

/* Its window may have closed meanwhile, or the schedule is another one now. */
static int take(struct change *change, struct turn *turn, struct job *job, struct job_device *row,
		int64_t now)
{
	int r = job_plan(change, job, row, now);

	switch (-r) {
	case 0:
		break;
	case E_MAC_UNKNOWN:
		return job_gone(change, job, row, now);
	case E_JOB_NEVER:
		return fail(change, turn, job, row, error_text(r), now);
	case E_SCHEDULE_UNKNOWN:
		job_halt(job, false, error_text(r), now);
		return 0;
	default:
		return r;
	}
	return row->due_at > now ? job_device_update(change->db, row)
				 : offer_if_possible(change, turn, job, row, now);
}

static int offer_to_due(struct change *change, struct turn *turn, struct job *job, int64_t now)
{
	int64_t room = job_room(job, now);
	struct job_device *rows;
	size_t count;
	int limit = room < AT_ONCE ? (int)room : AT_ONCE;
	int r;

	if (limit == 0)
		return 0;
	r = job_device_due(change->mem, change->db, job->id, JOB_WAITING, now, limit, &rows,
			   &count);
	for (size_t i = 0; i < count && r == 0 && is_at_work(job); i++) {
		/* Each has a savepoint's worth of memory at most; the writer shows that it lives. */
		r = take(change, turn, job, &rows[i], now);
		writer_alive(change->db);
	}
	turn->more = turn->more || ((int)count == limit && job_room(job, now));
	return r;
}

static int by_phase(struct change *change, struct job *job)
{
	switch (job->phase) {
	case JOB_SELECTING:
		return job_select(change, job);
	case JOB_OPENING:
		return job_open(change, job);
	case JOB_STOPPING:
		return job_withdraw(change, job);
	case JOB_RUNNING:
	case JOB_STOPPED:
	case JOB_DONE:
		break;
	}
	return 0;
}

static int halted(struct change *change, struct turn *turn, const struct job *job)
{
	note(change, turn, TURN_HALTED, job, 0, job->reason);
	return fleet_audit(change, "job.halt",
			   mem_printf(change->mem, "job:%lld", (long long)job->id), NULL,
			   json_pack("{s:s, s:o}", "state",
				     job->paused_at ? "paused" : job_phase_name(job->phase),
				     "reason", audit_string(job->reason)));
}

static int turn_job(struct change *change, struct turn *turn, struct job *job, int64_t now)
{
	enum job_phase before = job->phase;
	int r = 0;

	if (job->next_wave_at && job->next_wave_at <= now && job->phase == JOB_RUNNING)
		r = job_wave_next(change, job);
	if (r == 0)
		r = by_phase(change, job);
	turn->more = turn->more || r > 0;
	if (r >= 0)
		r = is_at_work(job) ? lapse(change, turn, job, now) : 0;
	if (r == 0 && is_at_work(job))
		r = offer_to_due(change, turn, job, now);
	if (r < 0)
		return r;
	/* A wave that could be opened at once, a stop that begins now. */
	if (job->phase != before || (job->next_wave_at && job->next_wave_at <= now))
		turn->more = true;
	if (job->phase == JOB_DONE)
		note(change, turn, TURN_DONE, job, 0, job->reason);
	r = job_update(change->db, job);
	if (r == 0 && (job->paused_at || (job->phase == JOB_STOPPING && before != JOB_STOPPING)))
		r = halted(change, turn, job);
	return r;
}

int turn_run(struct change *change, struct turn *turn)
{
	int64_t now = clock_now();
	struct job *jobs;
	size_t count;
	int r = job_list_active(change->mem, change->db, &jobs, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		r = turn_job(change, turn, &jobs[i], now);
	return r;
}
