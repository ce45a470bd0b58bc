/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"

/*
 * Errors are negative ints: above -1000 an errno, below it a row of
 * errors.def.  Functions return them; only surfaces, sched, outbound and main
 * log them, once.
 */

enum error {
#define ERROR(name, code, http, text) name = code,
#include "base/errors.def"
#undef ERROR
};

/* The words for a person.  Never NULL. */
const char *error_text(int r);

/* The reason code: "mac_unknown"; for an errno its name in lower case.  Never NULL. */
const char *error_name(int r);

/* The HTTP status that goes with it; 500 for every errno. */
int error_status(int r);

/*
 * Where and why input was refused.  `line` and `column` count from one; zero
 * means that the place has none.
 */
struct diag {
	unsigned line;
	unsigned column;
	char text[400];
};

/* Fills `d` (which may be NULL) and returns `r`, so that callers can `return diag_set(…)`. */
int diag_set(struct diag *d, int r, const char *format, ...) PRINTF(3, 4);

/* The words of `d`, or those of `r` when `d` is NULL or empty. */
const char *diag_text(const struct diag *d, int r);
