/* SPDX-License-Identifier: MIT */
/* What devices do, held against what jobs have offered them. */
#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/job.h"
#include "fleet/rendition.h"
#include "fleet/version.h"
#include "store/device.h"
#include "store/operation.h"
#include "store/wpi_order.h"

/* One that is stopped has withdrawn what it offered, or is about to. */
static bool takes_evidence(const struct job *job, const struct job_device *row, int64_t at)
{
	return (job->phase == JOB_RUNNING || job->phase == JOB_OPENING) && at >= row->offered_at;
}

/* What it has been given is all that there is for it. */
static int is_up_to_date(void *scratch, struct db *db, int64_t mac, int64_t at)
{
	struct device_fetch *fetch;
	int r = device_fetch_find(scratch, db, mac, &fetch);

	return r <= 0 ? r : rendition_is_current(fetch, at);
}

static int was_carried(void *scratch, struct db *db, const struct job_device *row)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(scratch, db, row->mac, &operations, &count);

	for (size_t i = 0; i < count && r == 0; i++)
		if (operations[i].id == row->operation_id)
			return operations[i].carried_at >= row->offered_at;
	return r;
}

static int fetched(struct change *change, struct job *job, struct job_device *row, int64_t at)
{
	enum job_evidence evidence = job_kind_row(job_kind_of(job))->evidence;
	bool is_ordered;
	int r = wpi_order_has_job(change->db, row->mac, row->job_id, &is_ordered);

	/* A desk phone has done what it was ordered when the order has ended. */
	if (r < 0 || is_ordered)
		return r;
	r = evidence == JOB_EVIDENCE_CARRIED ? was_carried(change->mem, change->db, row)
					     : is_up_to_date(change->mem, change->db, row->mac, at);
	if (r <= 0)
		return r;
	if (row->fetched_at < row->offered_at)
		row->fetched_at = at;
	if (evidence == JOB_EVIDENCE_VERSION)
		return job_device_update(change->db, row);
	return job_confirmed(change, job, row,
			     evidence == JOB_EVIDENCE_CARRIED ? "carried" : "fetched", at);
}

int job_note_fetch(void *scratch, struct db *db, int64_t mac, int64_t at)
{
	struct change change = {.db = db, .mem = scratch, .who = &audit_daemon};
	struct job_device *rows;
	struct job *job;
	size_t count;
	int r = job_device_begun(scratch, db, mac, &rows, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		r = job_get(scratch, db, rows[i].job_id, &job);
		if (r < 0 || !takes_evidence(job, &rows[i], at))
			continue;
		r = fetched(&change, job, &rows[i], at);
		if (r >= 0)
			r = job_update(db, job);
	}
	return r < 0 ? r : 0;
}

static bool is_enough(const struct job *job, const char *version)
{
	int order = version_is(version) ? version_compare(version, job->version) : -1;

	return order == 0 || (order > 0 && !job->downgrade);
}

int job_note_version(void *scratch, struct db *db, int64_t mac, const char *version, int64_t at)
{
	struct change change = {.db = db, .mem = scratch, .who = &audit_daemon};
	struct job_device *rows;
	struct job *job;
	size_t count;
	int r = job_device_begun(scratch, db, mac, &rows, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		r = job_get(scratch, db, rows[i].job_id, &job);
		if (r < 0 || job_kind_of(job) != JOB_KIND_firmware ||
		    !takes_evidence(job, &rows[i], at) || !is_enough(job, version))
			continue;
		r = job_confirmed(&change, job, &rows[i], mem_printf(scratch, "runs %s", version),
				  at);
		if (r >= 0)
			r = job_update(db, job);
	}
	return r < 0 ? r : 0;
}

int job_note_order(struct change *change, int64_t job_id, int64_t mac, bool is_done,
		   const char *reason, int64_t at)
{
	struct job_device *row;
	struct job *job;
	int r = job_device_find(change->mem, change->db, job_id, mac, &row);

	if (r <= 0 || row->ended_at || row->state != JOB_OFFERED)
		return r < 0 ? r : 0;
	r = job_get(change->mem, change->db, job_id, &job);
	if (r < 0 || !takes_evidence(job, row, at))
		return r < 0 ? r : 0;
	r = is_done ? job_confirmed(change, job, row, reason, at)
		    : job_failed(change, job, row, reason, at);
	return r < 0 ? r : job_update(change->db, job);
}
