/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

/*
 * gigaprovctl, and ap-client: the manufacturer's sample client for XML-RPC.
 * One program; the name under which it is started decides.
 *
 * Both are clients and nothing more: every verb is a request that any other
 * program could make, and the server judges whatever is not certainly wrong.
 */

enum ctl_exit {
#define EXIT(id, code, what) CTL_##id = code,
#include "ctl/exits.def"
#undef EXIT
};

#define CTL_SOCKET "/run/gigaprovd/control.sock"

/* The exit code.  Prints to standard output and standard error. */
int ctl_main(int argc, char **argv);

/* The exit code of ap-client. */
int ap_client_main(void *mem, int argc, char **argv);

/* "gigaprovctl: TEXT" on standard error; returns `code`. */
int ctl_complain(enum ctl_exit code, const char *name, const char *format, ...) PRINTF(3, 4);
