/* SPDX-License-Identifier: MIT */
#include "sched/sched.h"

#include <stdatomic.h>

#include "again.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/wpi_order.h"
#include "sched/turn.h"
#include "store/mac.h"
#include "trigger.h"

static struct {
	atomic_bool is_posted; /* one operation at a time */
	atomic_bool is_stopping;
	int64_t since;
	struct again again; /* the main thread's */
} sched = {.again = {.mac = -1}};

struct run {
	const struct config *config;
	struct turn turn;
	int64_t *calls; /* desk phones that are wanted, and told nothing else */
	size_t call_count;
	bool more_orders;
};

static int run_op(struct db *db, void *arg, struct diag *diag)
{
	struct run *run = arg;
	struct change change = {
		.db = db, .mem = run, .who = &audit_daemon, .diag = diag, .config = run->config};
	int r;

	r = turn_run(&change, &run->turn);
	return r < 0 ? r
		     : wpi_order_turn(&change, clock_now(), &run->calls, &run->call_count,
				      &run->more_orders);
}

static void say(const struct turn_note *note)
{
	char mac[MAC_LEN + 1];

	mac_format(note->mac, mac);
	switch (note->what) {
	case TURN_TELL:
	case TURN_RESTART:
		counter_add(M_JOB_OFFERED, 1);
		sched_trigger.tell(note->mac, note->what == TURN_RESTART);
		break;
	case TURN_FAILED:
		counter_add(M_JOB_FAILED, 1);
		log_warn("a job has failed for a device", LOG_I("job", note->job_id),
			 LOG_S("mac", mac), LOG_S("reason", note->words));
		break;
	case TURN_HALTED:
		counter_add(M_JOB_HALTED, 1);
		log_warn("a job does not go on by itself", LOG_I("job", note->job_id),
			 LOG_S("reason", note->words));
		break;
	case TURN_DONE:
		log_info("a job is done", LOG_I("job", note->job_id));
		break;
	}
}

static void post(void);

static void run_done(void *arg, int result, const struct diag *diag)
{
	struct run *run = arg;
	bool more = result >= 0 && (run->turn.more || run->more_orders);

	for (size_t i = 0; i < run->turn.note_count && result >= 0; i++)
		say(&run->turn.notes[i]);
	for (size_t i = 0; i < run->call_count && result >= 0; i++)
		sched_trigger.tell(run->calls[i], false);
	if (result < 0)
		log_error("jobs did not go on; they will with the next tick",
			  LOG_S("words", diag->text), LOG_E(result));
	config_release(run->config);
	mem_free(run);
	if (more && !atomic_load(&sched.is_stopping))
		post();
	else
		atomic_store(&sched.is_posted, false);
}

static void post(void)
{
	struct run *run = mem_new(NULL, struct run);

	run->config = config_pin();
	run->turn.trigger = &sched_trigger;
	run->turn.since = sched.since;
	if (writer_post(fleet_writer(), WRITER_LOW, run_op, run_done, run) < 0) {
		config_release(run->config);
		mem_free(run);
		atomic_store(&sched.is_posted, false);
	}
}

/* Before anything new is offered; what cannot be read now is for the devices' next tries. */
static void tell_again(void)
{
	struct db *db, *seen;
	int r = fleet_reader(&db);

	if (r == 0)
		r = fleet_seen_reader(&seen);
	if (r == 0)
		r = again_turn(db, seen, &sched_trigger, &sched.again);
	if (r < 0) {
		log_error("devices of jobs could not be told again", LOG_E(r));
		sched.again.is_over = true;
	}
}

void sched_setup(void)
{
	sched.since = clock_now();
}

void sched_tick(void)
{
	int64_t begun = clock_monotonic_us();
	struct db *db;
	bool due = false;
	int r;

	if (atomic_load(&sched.is_stopping) || atomic_load(&sched.is_posted))
		return;
	if (!sched.again.is_over)
		tell_again();
	r = fleet_reader(&db);
	if (r == 0)
		r = turn_is_due(db, clock_now(), &due);
	if (r == 0 && !due)
		r = wpi_order_turn_is_due(db, clock_now(), &due);
	if (r < 0)
		log_error("it is not known what is due", LOG_E(r));
	counter_add(M_SCHED_TICKS, 1);
	counter_add(M_SCHED_TICK_US, clock_monotonic_us() - begun);
	if (!due)
		return;
	atomic_store(&sched.is_posted, true);
	post();
}

void sched_stop(void)
{
	atomic_store(&sched.is_stopping, true);
}
