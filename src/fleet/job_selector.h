/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/job.h"

/* Which devices a job is for; for the files of jobs. */
struct job_selector {
	const struct job *job;
	int64_t group_id, provider_id; /* 0: any */
	const char *firmware, *below;  /* NULL: any */
};

/* -E_GROUP_UNKNOWN, -E_PROVIDER_UNKNOWN */
int job_selector_open(void *mem, struct db *db, const struct job *job,
		      struct job_selector *ret) MUST_CHECK;
bool job_selector_takes(const struct job_selector *selector, const struct job_candidate *candidate);

/* The wave of a device: always the same for the same rollout. */
int64_t job_wave_of(const struct job *job, const struct job_wave *waves, size_t count, int64_t mac);

/* Puts it there, once. */
int job_selected(struct db *db, const struct job *job, int64_t mac, int64_t wave) MUST_CHECK;
