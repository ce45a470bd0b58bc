/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;
struct secret;

/* Jobs, their waves, and their devices, as stored. */

enum job_phase {
	JOB_SELECTING, /* devices are looked for, in pages */
	JOB_OPENING,   /* devices of a wave get their times, in pages */
	JOB_RUNNING,
	JOB_STOPPING, /* what is offered is withdrawn, in pages */
	JOB_STOPPED,
	JOB_DONE,
};

struct job {
	int64_t id;
	const char *kind;    /* a row of jobs.def */
	const char *rollout; /* salt of the waves */
	enum job_phase phase;
	enum job_phase halted; /* where it goes on after a stop */
	int64_t paused_at;     /* 0: not */
	const char *reason;    /* of a pause, a stop, an end; NULL: none */
	const char *actor;

	/* Which devices; NULL: any. */
	const char *provider;
	const char *group;
	const char *product;
	const char *firmware;
	const char *firmware_below;
	bool listed; /* the devices were named */

	const char *schedule; /* NULL: each device's own */
	bool now;	      /* no schedule at all */
	int64_t cursor;
	int64_t wave;	      /* that is open; -1: none yet */
	int64_t next_wave_at; /* 0: not known yet */
	int64_t soak;	      /* seconds between the end of a wave and the next one */
	int64_t advance;      /* percent of a wave that must be confirmed for the next one */

	/* Failures at which it stops or pauses; 0: never. */
	int64_t stop_percent, stop_count, pause_percent, pause_count;
	int64_t minimum; /* devices that must have ended before percents count */

	int64_t max_concurrent; /* 0: any number */
	int64_t per_minute;	/* 0: any number */
	int64_t tries;		/* in a window */
	int64_t windows;
	int64_t minute; /* in which `starts` were made */
	int64_t starts;
	int64_t under_way; /* devices that were told and have not ended */
	int64_t forgiven_ended, forgiven_failed;

	const char *version; /* firmware */
	bool downgrade;
	const char *dm; /* open_registration */
	int64_t duration;
	const struct secret *password;
	int64_t created_at;
	int64_t ended_at;
};

struct job_wave {
	int64_t wave;	 /* 0 are those that were named to be the first */
	int64_t percent; /* cumulative; 0 for wave 0 */
	int64_t devices;
	int64_t offered, confirmed, failed, gone;
	int64_t opened_at;
};

enum job_device_state { JOB_WAITING, JOB_OFFERED, JOB_CONFIRMED, JOB_FAILED, JOB_GONE };

struct job_device {
	int64_t job_id;
	int64_t mac;
	int64_t wave;
	enum job_device_state state;
	int64_t due_at;	     /* 0: its wave is closed, or it has ended */
	int64_t close_at;    /* of its window; 0: none */
	int64_t enrolled_at; /* when its wave was opened */
	int64_t tries;
	int64_t windows;
	int64_t attempts; /* all of them */
	bool told;	  /* it can be told to fetch, and does not only poll */
	int64_t operation_id;
	const char *reason; /* words on how it ended; NULL: none */
	int64_t offered_at;
	int64_t fetched_at; /* last, in any of its tries; 0: never */
	int64_t ended_at;
};

const char *job_phase_name(enum job_phase phase);
const char *job_device_state_name(enum job_device_state state);
/* -E_VALUE */
int job_device_state_parse(const char *s, enum job_device_state *ret) MUST_CHECK;

int job_insert(struct db *db, struct job *job) MUST_CHECK;
/* 1 found, 0 not. */
int job_find(void *mem, struct db *db, int64_t id, struct job **ret) MUST_CHECK;
/* Newest first, of ids below `before` (0: from the newest). */
int job_list(void *mem, struct db *db, int64_t before, int limit, struct job **ret,
	     size_t *ret_count) MUST_CHECK;
/* Those that ticks look at, by id. */
int job_list_active(void *mem, struct db *db, struct job **ret, size_t *ret_count) MUST_CHECK;
/* What changes in the life of a job. */
int job_update(struct db *db, const struct job *job) MUST_CHECK;

int job_wave_insert(struct db *db, int64_t job_id, const struct job_wave *wave) MUST_CHECK;
int job_wave_list(void *mem, struct db *db, int64_t job_id, struct job_wave **ret,
		  size_t *ret_count) MUST_CHECK;
/* Adds the numbers of `more` to the wave's; its opened_at where it is not 0. */
int job_wave_add(struct db *db, int64_t job_id, const struct job_wave *more) MUST_CHECK;

/* 1 inserted, 0 it is there already. */
int job_device_insert(struct db *db, int64_t job_id, int64_t mac, int64_t wave) MUST_CHECK;
int job_device_update(struct db *db, const struct job_device *row) MUST_CHECK;
/* 1 found, 0 not. */
int job_device_find(void *mem, struct db *db, int64_t job_id, int64_t mac,
		    struct job_device **ret) MUST_CHECK;
/* By MAC, after `after` (-1: from the first); `state` -1: any. */
int job_device_list(void *mem, struct db *db, int64_t job_id, int state, int64_t after, int limit,
		    struct job_device **ret, size_t *ret_count) MUST_CHECK;
/* In that state and due, the longest first. */
int job_device_due(void *mem, struct db *db, int64_t job_id, enum job_device_state state,
		   int64_t now, int limit, struct job_device **ret, size_t *ret_count) MUST_CHECK;
/* When the first in that state is due; 1, or 0: none is. */
int job_device_next(struct db *db, int64_t job_id, enum job_device_state state,
		    int64_t *ret) MUST_CHECK;
/* Rows of the device that have been offered and have not ended, of all jobs. */
int job_device_begun(void *mem, struct db *db, int64_t mac, struct job_device **ret,
		     size_t *ret_count) MUST_CHECK;

/* Devices with a product, by MAC, after `after`; of the group and so on where one is told. */
struct job_filter {
	int64_t after;
	int64_t provider_id; /* 0: any */
	int64_t group_id;    /* 0: any */
	const char *product; /* NULL: any */
	int limit;
};
struct job_candidate {
	int64_t mac;
	const char *product;
	const char *firmware; /* NULL: not known */
	int64_t group_id;
	int64_t provider_id;
};
int job_candidates(void *mem, struct db *db, const struct job_filter *filter,
		   struct job_candidate **ret, size_t *ret_count) MUST_CHECK;
/* 1 found, 0 not. */
int job_candidate_find(void *mem, struct db *db, int64_t mac,
		       struct job_candidate **ret) MUST_CHECK;

/* For `status`: jobs that are at work, that are paused; devices that failed in either. */
struct job_counts {
	int64_t active;
	int64_t paused;
	int64_t failed;
};
int job_count(struct db *db, struct job_counts *ret) MUST_CHECK;
