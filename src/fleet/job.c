/* SPDX-License-Identifier: MIT */
/* Commands on jobs; what a new one must be is job_new.c. */
#include "fleet/job.h"

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "job_selector.h"

int job_get(void *mem, struct db *db, int64_t id, struct job **ret)
{
	int r = job_find(mem, db, id, ret);

	return r == 0 ? -E_JOB_UNKNOWN : r < 0 ? r : 0;
}

static const char *state_of(const struct job *job)
{
	return job->paused_at ? "paused" : job_phase_name(job->phase);
}

static int changed(struct change *change, const struct job *job, const char *action,
		   const char *before)
{
	int r = job_update(change->db, job);

	if (r < 0)
		return r;
	return fleet_audit(change, action, mem_printf(change->mem, "job:%lld", (long long)job->id),
			   json_pack("{s:s}", "state", before),
			   json_pack("{s:s}", "state", state_of(job)));
}

static bool is_over(const struct job *job)
{
	return job->phase == JOB_DONE || job->phase == JOB_STOPPED || job->phase == JOB_STOPPING;
}

int fleet_job_pause(struct change *change, int64_t id)
{
	const char *before;
	struct job *job;
	int r = job_get(change->mem, change->db, id, &job);

	if (r < 0)
		return r;
	before = state_of(job);
	if (is_over(job) || job->paused_at)
		return diag_set(change->diag, -E_JOB_STATE, "the job is %s already", before);
	job_halt(job, false, "by hand", clock_now());
	return changed(change, job, "job.pause", before);
}

/* Failures up to now count no more. */
static int forgive(struct change *change, struct job *job)
{
	struct job_wave *waves;
	size_t count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &count);

	job->forgiven_ended = 0;
	job->forgiven_failed = 0;
	for (size_t i = 0; i < count; i++) {
		job->forgiven_ended += waves[i].confirmed + waves[i].failed;
		job->forgiven_failed += waves[i].failed;
	}
	return r;
}

int fleet_job_resume(struct change *change, int64_t id)
{
	const char *before;
	struct job *job;
	int r = job_get(change->mem, change->db, id, &job);

	if (r < 0)
		return r;
	before = state_of(job);
	if (!job->paused_at && job->phase != JOB_STOPPED)
		return diag_set(change->diag, -E_JOB_STATE,
				"the job is %s; one that is paused or stopped can be resumed",
				before);
	if (job->phase == JOB_STOPPED)
		job->phase = job->halted;
	job->paused_at = 0;
	job->ended_at = 0;
	job->reason = NULL;
	r = forgive(change, job);
	return r < 0 ? r : changed(change, job, "job.resume", before);
}

int fleet_job_stop(struct change *change, int64_t id)
{
	const char *before;
	struct job *job;
	int r = job_get(change->mem, change->db, id, &job);

	if (r < 0)
		return r;
	before = state_of(job);
	if (is_over(job))
		return diag_set(change->diag, -E_JOB_STATE, "the job is %s already", before);
	job_halt(job, true, "by hand", clock_now());
	return changed(change, job, "job.stop", before);
}
