/* SPDX-License-Identifier: MIT */
/* When a device of a job is due, and why it waits. */
#include "base/mem.h"
#include "config/config.h"
#include "fleet/job.h"
#include "fleet/schedule.h"
#include "store/device.h"
#include "window/due.h"
#include "window/window.h"

enum { SECONDS_OF_MINUTE = 60 };

int job_schedule(void *mem, struct db *db, const struct config *config, const struct job *job,
		 const struct device *device, const struct schedule **ret)
{
	const struct config_schedule *found;
	struct planned planned;
	int r;

	*ret = NULL;
	if (job->now)
		return 0;
	if (job->schedule) {
		found = config_schedule_find(config, job->schedule);
		*ret = found ? &found->schedule : NULL;
		return found ? 0 : -E_SCHEDULE_UNKNOWN;
	}
	r = planned_find(mem, db, config, device, job_kind_row(job_kind_of(job))->setting,
			 &planned);
	if (r < 0)
		return r;
	*ret = planned.schedule;
	/* A window that nobody knows is never open. */
	return planned.name && !planned.schedule ? -E_JOB_NEVER : 0;
}

int job_plan(struct change *change, const struct job *job, struct job_device *row, int64_t now)
{
	const struct due_state state = {.enrolled_at = row->enrolled_at};
	const struct schedule *schedule = NULL;
	struct device *device = NULL;
	struct due due;
	int r = 0;

	/* Only a device's own schedule asks for the device. */
	if (!job->now && !job->schedule)
		r = device_get(change->mem, change->db, row->mac, &device);
	if (r == 0)
		r = job_schedule(change->mem, change->db, change->config, job, device, &schedule);
	if (r < 0)
		return r;
	row->due_at = now;
	row->close_at = 0;
	if (!schedule)
		return 0;
	if (!due_next(schedule, (uint64_t)row->mac, now, &state, &due))
		return -E_JOB_NEVER;
	row->due_at = due.at;
	row->close_at = due.close;
	return 0;
}

int64_t job_room(const struct job *job, int64_t now)
{
	int64_t room = INT32_MAX;

	if (job->max_concurrent)
		room = job->max_concurrent - job->under_way;
	if (job->per_minute) {
		bool same = job->minute == now / SECONDS_OF_MINUTE;
		int64_t left = job->per_minute - (same ? job->starts : 0);

		room = left < room ? left : room;
	}
	return room > 0 ? room : 0;
}

void job_started(struct job *job, int64_t now)
{
	if (job->minute != now / SECONDS_OF_MINUTE)
		job->starts = 0;
	job->minute = now / SECONDS_OF_MINUTE;
	job->starts++;
}

static bool is_busy(void *mem, struct db *db, const struct job_device *row)
{
	struct job_device *begun;
	size_t count;

	if (job_device_begun(mem, db, row->mac, &begun, &count) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (begun[i].job_id != row->job_id && begun[i].state == JOB_OFFERED)
			return true;
	return false;
}

/* Its time has not come. */
static const char *why_not_due(void *mem, struct db *db, const struct config *config,
			       const struct job *job, const struct job_device *row, int64_t now)
{
	const struct schedule *schedule = NULL;
	struct device *device = NULL;

	if (device_find(mem, db, row->mac, &device) <= 0)
		return "gone";
	if (job_schedule(mem, db, config, job, device, &schedule) < 0)
		return "schedule-unknown";
	if (!schedule)
		return "not-due";
	switch (window_at(schedule, now, row->windows > 0).state) {
	case WINDOW_OPEN:
		return "not-due";
	case WINDOW_BLACKOUT:
		return "blackout";
	case WINDOW_OUTSIDE:
		break;
	}
	return "outside-window";
}

const char *job_reason(void *mem, struct db *db, const struct config *config, const struct job *job,
		       const struct job_device *row, int64_t now)
{
	if (row->state == JOB_OFFERED)
		return row->fetched_at >= row->offered_at ? "fetched" : "offered";
	if (row->state != JOB_WAITING)
		return row->reason;
	if (job->phase == JOB_STOPPING || job->phase == JOB_STOPPED)
		return "stopped";
	if (!row->due_at)
		return "wave-closed";
	if (job->paused_at)
		return "paused";
	/* Then it is put off by a minute at a time, so this comes first. */
	if (is_busy(mem, db, row))
		return "busy";
	if (row->due_at > now)
		return why_not_due(mem, db, config, job, row, now);
	return job_room(job, now) ? "due" : "no-token";
}
