/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct db;
struct job;
struct job_device;
struct job_wave;
struct request;

/* A device's state in the URL; -1: any.  -E_VALUE. */
int job_state(struct request *req, const char *name, int *ret, struct diag *reterr) MUST_CHECK;

/* As people see them. */
json_t *job_json(void *mem, const struct job *job, const struct job_wave *all);
json_t *job_devices_json(struct request *req, struct db *db, const struct job *job,
			 const struct job_device *rows, size_t count);

/* The numbers of all waves. */
void job_sum_up(const struct job_wave *waves, size_t count, struct job_wave *ret);

/* What of jobs needs attention, for `status`. */
int job_notices(void *mem, struct db *db, json_t *notices) MUST_CHECK;
