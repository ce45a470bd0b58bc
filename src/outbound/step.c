/* SPDX-License-Identifier: MIT */
#include "step.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "health.h"

enum { WAIT_MS_MAX = 60000 };

struct work {
	struct step *step;
	const struct config *config; /* NULL: nothing is taken */
	struct call *only;	     /* the one of `ended` that is written; NULL: all */
	struct outbox *rows;
	const struct config_upstream **sections; /* of each row */
	size_t count;
	size_t section_count;
	void *mem;
};

static unsigned under_way(const struct step *step, const char *name)
{
	unsigned count = 0;

	for (const struct call *call = step->under_way; call; call = call->next)
		count += strcmp(call->section.name, name) == 0;
	return count;
}

static bool is_under_way(const struct step *step, int64_t id)
{
	const struct call *call = step->under_way;

	while (call && call->row.id != id)
		call = call->next;
	return call != NULL;
}

static int end_one(struct db *db, const struct call *call, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("outbound");
	struct audit_who who = {mem_printf(scratch, "upstream:%s", call->section.name), "", ""};
	struct change change = {db, scratch, &who, diag, NULL};

	return fleet_upstream_end(&change, &call->row, &call->result);
}

static int take(struct work *work, struct db *db, const struct config_upstream *section)
{
	struct step *step = work->step;
	unsigned busy = under_way(step, section->name);
	unsigned room = health_room(section, busy);
	struct outbox *rows;
	size_t count;
	int r;

	if (room == 0)
		return 0;
	/* Those under way are still in the table and may come first. */
	r = outbox_due(work->mem, db, section->name, clock_now(), (int)(room + busy), &rows,
		       &count);
	for (size_t i = 0; i < count && r >= 0 && room > 0; i++) {
		if (is_under_way(step, rows[i].id))
			continue;
		r = outbox_begin(db, rows[i].id);
		*mem_push(work->mem, &work->rows, &work->count) = rows[i];
		*mem_push(work->mem, &work->sections, &work->section_count) = section;
		room--;
	}
	return r;
}

/* Later rows, and the gate, are waited for; a call that ends is looked after anyway. */
static int wait_for(struct work *work, struct db *db, const struct config_upstream *section)
{
	int64_t opens_in = health_opens_at(section->name) - clock_monotonic_ms();
	int64_t next_at;
	int64_t wait;
	int r = outbox_next(db, section->name, clock_now(), &next_at);

	if (r < 0)
		return r;
	wait = r > 0 ? next_at * 1000 - clock_now_ms() + 1 : WAIT_MS_MAX;
	if (opens_in > 0)
		wait = opens_in;
	if (wait < work->step->wait_ms)
		work->step->wait_ms = wait > 0 ? wait : 1;
	return 0;
}

static int step_op(struct db *db, void *arg, struct diag *diag)
{
	struct work *work = arg;
	int r = 0;

	work->step->wait_ms = WAIT_MS_MAX;
	for (const struct call *call = *work->step->ended; call && r >= 0; call = call->next)
		if (!work->only || work->only == call)
			r = end_one(db, call, diag);
	for (size_t i = 0; work->config && i < work->config->upstream_count && r >= 0; i++) {
		r = take(work, db, &work->config->upstreams[i]);
		if (r >= 0)
			r = wait_for(work, db, &work->config->upstreams[i]);
	}
	return r < 0 ? r : 0;
}

static void ended_remove(struct step *step, struct call *call)
{
	struct call **at = step->ended;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	call_free(call);
}

/*
 * Something that was to be written does not go: each alone then, so that one
 * does not hold up the others.  Where the database itself fails all stay.
 */
static int write_each(struct step *step)
{
	struct call *next;

	for (struct call *call = *step->ended; call; call = next) {
		struct work work = {.step = step, .only = call};
		struct diag diag = {0};
		int r = writer_do(fleet_writer(), step_op, &work, &diag);

		next = call->next;
		if (r == 0) {
			ended_remove(step, call);
			continue;
		}
		if (r == -E_DB || r == -E_DB_FULL || r == -E_DB_BUSY || r == -E_BUSY ||
		    r == -E_STOPPING)
			return r;
		log_error("what an upstream answered could not be kept",
			  LOG_S("upstream", call->section.name), LOG_S("words", diag.text),
			  LOG_E(r));
		call->result = (struct upstream_result){
			.end = UPSTREAM_AGAIN,
			.answer = error_text(r),
			.unsure = true,
			.next_at = clock_now() + call->section.retry_max_seconds,
		};
	}
	return 0;
}

static void begin(struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		struct call *call = call_new(work->sections[i], &work->rows[i]);

		call->next = work->step->begun;
		work->step->begun = call;
	}
}

int step_run(struct step *step, bool is_stopping)
{
	CLEANUP(mem_freep) void *scratch = mem_root("outbound step");
	const struct config *config = config_pin();
	struct work work = {.step = step, .config = is_stopping ? NULL : config, .mem = scratch};
	int r = writer_do(fleet_writer(), step_op, &work, NULL);

	if (r == 0) {
		while (*step->ended)
			ended_remove(step, *step->ended);
		begin(&work);
	} else if (*step->ended) {
		r = write_each(step);
	}
	config_release(config);
	return r;
}
