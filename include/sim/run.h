/* SPDX-License-Identifier: MIT */
#pragma once

#include "sim/options.h"

/* Runs phones until all of them are done: the exit code. */
int sim_run(void *mem, const struct sim_options *options);

/* SIGINT and SIGTERM end phones that listen; the summary follows. */
void sim_run_stop(int signal);
