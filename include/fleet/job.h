/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/job.h"

struct device;
struct device_fetch;
struct schedule;

/*
 * Jobs: something to be done to many devices, each at its time.
 *
 *   selecting  devices are looked for, in pages
 *   opening    the devices of a wave get their times, in pages
 *   running    each is offered it when it is due; evidence confirms it
 *   stopping   what is offered is withdrawn, in pages; then stopped
 *   done       every device has ended
 *
 * A device: waiting → offered → confirmed; or waiting again, when it has not come
 * in time, until it has had `tries` in each of `windows`, and failed.  A try that
 * a restart of the daemon came into is not counted: what came of it may be lost.
 * The next wave opens when the last one has ended, or as much of it as `advance` says.
 *
 * Everything is in the database and changes only in write operations, so a
 * crash at any moment leads to the same end: ticks (src/sched) ask what is due,
 * and what happened while the daemon was down is one question, not many ticks.
 */

enum job_kind {
#define JOB(id, evidence, restarts, setting, wait_s, what) JOB_KIND_##id,
#include "fleet/jobs.def"
#undef JOB
	JOB_KINDS,
};

enum job_evidence { JOB_EVIDENCE_FETCH, JOB_EVIDENCE_CARRIED, JOB_EVIDENCE_VERSION };

struct job_kind_row {
	const char *name;
	enum job_evidence evidence;
	bool restarts;
	const char *setting; /* attaches a device's own schedule */
	int64_t wait_s;
	const char *what;
};

const struct job_kind_row *job_kind_row(enum job_kind kind);
/* -E_JOB_KIND, with the names of those that there are. */
int job_kind_parse(const char *s, enum job_kind *ret, struct diag *reterr) MUST_CHECK;
/* Of a stored job. */
enum job_kind job_kind_of(const struct job *job);

/* A share or a number of failures: "3%", "20". */
struct job_threshold {
	int64_t percent, count; /* 0: not said */
};
int job_threshold_parse(const char *s, struct job_threshold *ret, struct diag *reterr) MUST_CHECK;

enum { JOB_LIST_MAX = 1000, JOB_WAVES_MAX = 20 };

struct job_new {
	const char *kind;
	const char *rollout; /* NULL: made of the job's number */
	const char *provider, *group, *product, *firmware, *firmware_below;
	const char *const *macs;
	size_t mac_count;
	bool everything;
	const char *schedule;
	bool now;
	const char *const *canaries;
	size_t canary_count;
	const char *waves; /* "10,50,100"; NULL: all at once */
	const char *stop_after, *pause_after;
	/* -1: as usual */
	int64_t minimum, soak, advance, max_concurrent, per_minute, tries, windows;
	const char *version;
	bool downgrade;
	const char *dm;
	int64_t duration; /* 0: as usual */
	const struct secret *password;
};

/* Commands. */
int fleet_job_start(struct change *change, const struct job_new *new, int64_t *ret_id) MUST_CHECK;
/* What is offered may still be confirmed. */
int fleet_job_pause(struct change *change, int64_t id) MUST_CHECK;
/* Thresholds count anew. */
int fleet_job_resume(struct change *change, int64_t id) MUST_CHECK;
/* Offers are withdrawn; it may be resumed. */
int fleet_job_stop(struct change *change, int64_t id) MUST_CHECK;

/* -E_JOB_UNKNOWN */
int job_get(void *mem, struct db *db, int64_t id, struct job **ret) MUST_CHECK;

/*
 * Parts of write operations, for src/sched.
 *
 * A page of what the job's phase asks for: 1 there may be more, 0 not, or not yet.
 */
int job_select(struct change *change, struct job *job) MUST_CHECK;
int job_open(struct change *change, struct job *job) MUST_CHECK;
int job_withdraw(struct change *change, struct job *job) MUST_CHECK;

/* Begins with the next wave; or the job is done. */
int job_wave_next(struct change *change, struct job *job) MUST_CHECK;

/* How many may be offered now; counts starts of this minute. */
int64_t job_room(const struct job *job, int64_t now);
/* One has been. */
void job_started(struct job *job, int64_t now);

/*
 * When the device is due; row->due_at is not before `now` and -E_JOB_NEVER when it
 * never is.  -E_SCHEDULE_UNKNOWN.
 */
int job_plan(struct change *change, const struct job *job, struct job_device *row,
	     int64_t now) MUST_CHECK;

/*
 * The schedule by which the job treats the device; NULL: always open.  The
 * configuration lacks it: -E_SCHEDULE_UNKNOWN, or -E_JOB_NEVER for the device's own.
 */
int job_schedule(void *mem, struct db *db, const struct config *config, const struct job *job,
		 const struct device *device, const struct schedule **ret) MUST_CHECK;

/*
 * Moves of a device.  Each writes the row and the wave's numbers, and sees to
 * what follows for the job: thresholds, the next wave, the end.  The caller writes the
 * job itself.
 */
int job_offered(struct change *change, struct job *job, struct job_device *row, bool told,
		int64_t now) MUST_CHECK;
int job_confirmed(struct change *change, struct job *job, struct job_device *row,
		  const char *reason, int64_t now) MUST_CHECK;
int job_failed(struct change *change, struct job *job, struct job_device *row, const char *reason,
	       int64_t now) MUST_CHECK;
int job_gone(struct change *change, struct job *job, struct job_device *row,
	     int64_t now) MUST_CHECK;
/* It has had its time: another try, another window, or it has failed. */
int job_lapsed(struct change *change, struct job *job, struct job_device *row,
	       int64_t now) MUST_CHECK;

/* A threshold has stopped or paused it, or something that it needs is not there. */
void job_halt(struct job *job, bool stop, const char *reason, int64_t now);

/*
 * Evidence.  The device has fetched, and what it carried is marked; it has told
 * the version that it runs.
 */
int job_note_fetch(void *scratch, struct db *db, int64_t mac, int64_t at) MUST_CHECK;
int job_note_version(void *scratch, struct db *db, int64_t mac, const char *version,
		     int64_t at) MUST_CHECK;

/* An order that the job has given a desk phone has ended. */
int job_note_order(struct change *change, int64_t job_id, int64_t mac, bool is_done,
		   const char *reason, int64_t at) MUST_CHECK;

/*
 * Why a device of a job is where it is, as a reason code: "wave-closed", "not-due",
 * "outside-window", "blackout", "busy", "no-token", "paused"; or how it ended.
 */
const char *job_reason(void *mem, struct db *db, const struct config *config, const struct job *job,
		       const struct job_device *row, int64_t now);
