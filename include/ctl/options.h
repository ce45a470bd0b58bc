/* SPDX-License-Identifier: MIT */
#pragma once

#include "ctl/program.h"
#include "ctl/spelling.h"

/* Options that both programs or one of them take whatever is to be done: options.def. */

enum ctl_program { CTL_PROGRAM_CTL = 1, CTL_PROGRAM_CLIENT = 2, CTL_PROGRAM_BOTH = 3 };

/* The value that was given; "" for an option without one; NULL: not given. */
struct ctl_options {
#define OPTION(id, spelling, shortened, program, what) const char *id;
#include "ctl/options.def"
#undef OPTION
};

struct ctl_option {
	const char *spelling;
	char shortened; /* '\0': none */
	enum ctl_program program;
	const char *what;
	size_t offset; /* in struct ctl_options */
};

const struct ctl_option *ctl_option_next(enum ctl_program program, const struct ctl_option *last);

/* 1: the option at `words` was taken.  0: it is none of this program's. */
int ctl_option_take(enum ctl_program program, struct ctl_words *words, struct ctl_options *options,
		    struct diag *reterr) MUST_CHECK;
