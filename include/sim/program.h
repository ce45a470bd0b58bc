/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

/*
 * gigaprov-sim: phones that are not there, for trying a service out and for
 * loading it.  It knows of the daemon what a phone knows, and no more.
 */

enum sim_exit {
#define EXIT(id, code, what) SIM_##id = code,
#include "sim/exits.def"
#undef EXIT
};

/* The exit code.  Prints to standard output and standard error. */
int sim_main(int argc, char **argv);

/* "gigaprov-sim: TEXT" on standard error; returns `code`. */
int sim_complain(enum sim_exit code, const char *format, ...) PRINTF(2, 3);
