/* SPDX-License-Identifier: MIT */
#pragma once

#include "ctl/options.h"
#include "ctl/verb.h"

struct secret;

/*
 * A command line of gigaprovctl: which verb, and the values of its arguments.
 * Options may stand anywhere; after `--` nothing is one.  Everything points
 * into argv.
 */

struct ctl_value {
	const struct ctl_arg *arg;
	const char *text;	     /* NULL where the argument has none */
	const struct secret *secret; /* of a SECRET; ctl_ask_secrets() puts it there */
};

struct ctl_line {
	bool help;
	const char *topic;	     /* the verb's words, as far as they were given */
	const struct ctl_verb *verb; /* NULL only with help */
	struct ctl_options options;
	struct ctl_value *values; /* in the order given */
	size_t count;
};

/*
 * A negative value has words for the person who typed this; the line is there
 * all the same, as far as it was understood.
 */
int ctl_line_parse(void *mem, int argc, char **argv, struct ctl_line **ret,
		   struct diag *reterr) MUST_CHECK;

/* The first value of the field, whichever argument gave it; NULL: none. */
const struct ctl_value *ctl_line_value(const struct ctl_line *line, const char *field);
