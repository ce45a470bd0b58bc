/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

/*
 * `schedule eval`: questions about schedules as JSON objects, a line each;
 * answers likewise.  A line that is wrong is answered with {"error": …}, and
 * the next one is read.  Gives an exit code.
 */
int ctl_eval(void *mem, FILE *in, FILE *out);
