/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include "ctl/line.h"

/*
 * Secrets, which never stand on the command line: from a file, from standard
 * input, or from the terminal without echo.
 */

/* Asks at the terminal, wherever standard input comes from.  -ENXIO when there is none. */
int ctl_ask_terminal(void *mem, const char *prompt, struct secret **ret,
		     struct diag *reterr) MUST_CHECK;

/* The next line of `in` without its newline; `name` is for the words of an error. */
int ctl_ask_line(void *mem, FILE *in, const char *name, struct secret **ret,
		 struct diag *reterr) MUST_CHECK;

/* The first line of a file. */
int ctl_ask_file(void *mem, const char *path, struct secret **ret, struct diag *reterr) MUST_CHECK;

/* Fills the SECRETs of a command line, in the order in which they were given. */
int ctl_ask_secrets(struct ctl_line *line, FILE *in, struct diag *reterr) MUST_CHECK;
