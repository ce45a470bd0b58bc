/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"

struct db_rows;
struct secret;

/* A name and what it stands for: exactly one of `value` and `secret` is set. */
struct param {
	const char *name;
	const char *value;
	const struct secret *secret;
};

/* From three columns: name, value, and the secret, which is sealed for `place`. */
int param_from(void *mem, struct db_rows *rows, int first, const char *place,
	       struct param *ret) MUST_CHECK;

/* Its value, whether that is a secret or not. */
const char *param_text(const struct param *param);
