/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct buf;

/* The command line of a simulation: options.def. */

struct sim_list {
	const char **words;
	size_t count;
};

#define SIM_OPTION_FLAG bool
#define SIM_OPTION_TEXT const char *
#define SIM_OPTION_NUMBER unsigned
#define SIM_OPTION_LIST struct sim_list

struct sim_options {
#define OPTION(id, type, spelling, shortened, preset, what) SIM_OPTION_##type id;
#include "sim/options.def"
#undef OPTION
};

/* Words of the command line from argv[2] on; they are pointed to. */
int sim_options_parse(void *mem, int argc, char **argv, struct sim_options *ret,
		      struct diag *reterr) MUST_CHECK;

/* "  --name VALUE    what it is" */
void sim_options_help(struct buf *out);
