/* SPDX-License-Identifier: MIT */
#pragma once

#include "ctl/connection.h"

/* Sends what a command line asks for and prints the answer.  These give exit codes. */

struct ctl_run {
	const char *program;
	const struct ctl_line *line;
	struct ctl_connection *connection;
	struct ctl_request request;
};

int ctl_run_object(void *mem, const struct ctl_run *run);
int ctl_run_list(void *mem, const struct ctl_run *run);
int ctl_run_document(void *mem, const struct ctl_run *run);
/* The pieces of a file first. */
int ctl_run_sent(void *mem, struct ctl_run *run);
int ctl_run_steps(void *mem, const struct ctl_run *run);
int ctl_run_rpc(void *mem, struct ctl_run *run);

/* Sends a request, whose refusal is told to the person. */
int ctl_run_send(void *mem, const struct ctl_run *run, const struct ctl_request *request,
		 struct ctl_answer *ret);

/* CTL_DONE for a status of success; otherwise says why not. */
int ctl_run_check(const char *program, const struct ctl_answer *answer);

/* Prints the answer to an XML-RPC call. */
int ctl_run_rpc_answer(void *mem, const char *program, const struct ctl_answer *answer,
		       const struct ctl_options *options, bool xml);

/* As it is, with a newline at the end where `line` and there is none. */
void ctl_run_print(const struct buf *buf, bool line);
