/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

struct db;
struct request;

/* {id} of the path.  -E_VALUE. */
int job_id(const struct request *req, int64_t *ret, struct diag *reterr) MUST_CHECK;

/* What of jobs needs attention, for `status`. */
int job_notices(void *mem, struct db *db, json_t *notices) MUST_CHECK;
