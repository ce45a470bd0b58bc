/* SPDX-License-Identifier: MIT */
#pragma once

#include "setup.h"
#include "sim/show.h"

struct sim_loop;

/* A phone on its wires: its flows one after the other, its timers, its web server. */

struct sim_run {
	void *mem;
	const struct sim_options *options;
	const struct sim_setup *setup;
	struct sim_show show;
	struct sim_loop *loop;
	struct sim_summary summary;
};

struct sim_caller;

int sim_caller_new(struct sim_run *run, unsigned number, struct sim_caller **ret,
		   struct diag *reterr) MUST_CHECK;

/* Milliseconds of clock_monotonic_ms() at which it wants its turn; -1: not by itself. */
int64_t sim_caller_due(const struct sim_caller *caller);
void sim_caller_turn(struct sim_caller *caller);

/* A phone that listens is done; one that is in the middle of something has failed. */
void sim_caller_stop(struct sim_caller *caller);

/* When it is, it has been counted, and can be freed. */
bool sim_caller_is_done(struct sim_caller *caller, struct sim_summary *summary);
