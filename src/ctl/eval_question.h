/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "window/schedule.h"

/* A question: its schedule, and fields by name.  All complain with -E_VALUE and the field's name. */

struct question {
	void *mem;
	const json_t *json;
	bool flexible; /* whatever `kind` says: the ask does */
};

/* Refuses fields that neither questions nor answers have. */
int question_check(const struct question *q, struct diag *reterr) MUST_CHECK;

int question_schedule(const struct question *q, struct schedule *ret,
		      struct diag *reterr) MUST_CHECK;

/* A field that must be there; `_or` ones may be missing or null, and are `other` then. */
int question_mac(const struct question *q, uint64_t *ret, struct diag *reterr) MUST_CHECK;
int question_text(const struct question *q, const char *name, const char *other, const char **ret,
		  struct diag *reterr) MUST_CHECK;
int question_date(const struct question *q, const char *name, int64_t *ret,
		  struct diag *reterr) MUST_CHECK;
int question_date_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
		     struct diag *reterr) MUST_CHECK;
/* UTC seconds, or a text such as 2026-01-15T05:53:20Z. */
int question_instant(const struct question *q, const char *name, int64_t *ret,
		     struct diag *reterr) MUST_CHECK;
int question_instant_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
			struct diag *reterr) MUST_CHECK;
int question_number_or(const struct question *q, const char *name, int64_t other, int64_t *ret,
		       struct diag *reterr) MUST_CHECK;

bool question_has(const struct question *q, const char *name);
