/* SPDX-License-Identifier: MIT */
#include "sim/run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sim/caller.h"
#include "sim/loop.h"
#include "sim/program.h"

/*
 * All phones in one thread: each caller says when it wants its turn, and what its
 * sockets bring wakes it in between.
 */

enum { DESCRIPTORS_EACH = 6, DESCRIPTORS_OTHER = 64 };

static volatile sig_atomic_t stopping;

void sim_run_stop(int signal)
{
	(void)signal;
	stopping = 1;
}

/* As many at once as there can be sockets. */
static unsigned parallel_of(const struct sim_options *options)
{
	unsigned parallel = options->parallel ? options->parallel : options->count;
	struct rlimit limit;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return parallel;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	room = limit.rlim_cur > DESCRIPTORS_OTHER
		       ? (limit.rlim_cur - DESCRIPTORS_OTHER) / DESCRIPTORS_EACH
		       : 1;
	return room < parallel ? (unsigned)room : parallel;
}

static int until(int64_t due)
{
	int64_t left = due - clock_monotonic_ms();

	if (due < 0)
		return -1;
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void turn(struct sim_run *run, struct sim_caller **callers, unsigned count)
{
	int64_t due = -1;
	int64_t now;

	for (unsigned i = 0; i < count; i++)
		due = sim_sooner(due, sim_caller_due(callers[i]));
	sim_loop_turn(run->loop, until(due));
	now = clock_monotonic_ms();
	for (unsigned i = 0; i < count; i++) {
		due = sim_caller_due(callers[i]);
		if (due >= 0 && due <= now)
			sim_caller_turn(callers[i]);
	}
}

/* Those who are done make room for others. */
static unsigned bury(struct sim_run *run, struct sim_caller **callers, unsigned count)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		if (stopping)
			sim_caller_stop(callers[i]);
		if (sim_caller_is_done(callers[i], &run->summary))
			mem_free(callers[i]);
		else
			callers[kept++] = callers[i];
	}
	return kept;
}

static int play(struct sim_run *run)
{
	unsigned parallel = parallel_of(run->options);
	struct sim_caller **callers = mem_array(run->mem, struct sim_caller *, parallel);
	struct diag diag = {0};
	unsigned count = 0;
	unsigned next = 0;

	while (count || (next < run->options->count && !stopping)) {
		while (count < parallel && next < run->options->count && !stopping) {
			if (sim_caller_new(run, next++, &callers[count], &diag) < 0)
				return sim_complain(SIM_USAGE, "%s", diag.text);
			count++;
		}
		turn(run, callers, count);
		count = bury(run, callers, count);
	}
	return run->summary.failed ? SIM_FAILED : SIM_DONE;
}

int sim_run(void *mem, const struct sim_options *options)
{
	struct sim_setup setup;
	struct sim_run run = {
		.mem = mem,
		.options = options,
		.setup = &setup,
		.show = {options->json, options->quiet, options->dump, options->reveal},
		.summary = {.phones = options->count},
	};
	int64_t begun = clock_monotonic_ms();
	struct diag diag = {0};
	int code;

	if (sim_setup_make(mem, options, &setup, &diag) < 0) {
		if (diag.line)
			return sim_complain(SIM_USAGE, "%s:%u: %s", options->items, diag.line,
					    diag.text);
		return sim_complain(SIM_USAGE, "%s", diag.text);
	}
	if (options->state && mkdir(options->state, 0700) < 0 && access(options->state, W_OK) < 0)
		return sim_complain(SIM_USAGE, "--state: %s: %m", options->state);
	if (sim_loop_new(mem, &run.loop) < 0)
		return sim_complain(SIM_FAILED, "epoll: %m");
	setup.kind.tell = sim_show_event;
	setup.kind.tell_arg = &run.show;
	code = play(&run);
	if (code == SIM_USAGE)
		return code;
	run.summary.took_ms = clock_monotonic_ms() - begun;
	sim_show_summary(&run.show, &run.summary);
	return code;
}
