/* SPDX-License-Identifier: MIT */
#include "order.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/fleet.h"
#include "fleet/watch.h"
#include "store/mac.h"
#include "store/notify.h"

struct record {
	struct notify row;
	struct order *order;
	void (*wake)(void);
};

static int record_op(struct db *db, void *arg, struct diag *diag)
{
	struct record *record = arg;

	(void)diag;
	return notify_put(db, &record->row);
}

static void record_done(void *arg, int result, const struct diag *diag)
{
	struct record *record = arg;

	if (result < 0)
		log_error("how a device was told could not be kept", LOG_S("words", diag->text),
			  LOG_E(result));
	atomic_fetch_sub(&record->order->writes, 1);
	record->wake();
	mem_free(record);
}

void order_record(struct order *order)
{
	const struct notify_state *state = &order->state;
	struct record *record;
	int r;

	if (!notify_outcome_is_kept(state->outcome) || state->sent_at == 0)
		return;
	record = mem_new(NULL, struct record);
	record->order = order;
	record->wake = order->notifying->wake;
	record->row = (struct notify){
		.mac = state->mac,
		.sent_at = state->sent_at,
		.outcome = notify_outcome_name(state->outcome),
		.status = state->status,
		.words = *state->words ? mem_strdup(record, state->words) : NULL,
		.target = *state->target ? mem_strdup(record, state->target) : NULL,
		.reboot = state->reboot,
		.answered_at = state->answered_at,
		.fetched_at = state->fetched_at,
	};
	atomic_fetch_add(&order->writes, 1);
	r = writer_post(fleet_seen_writer(), WRITER_NORMAL, record_op, record_done, record);
	if (r < 0) {
		log_error("how a device was told could not be kept", LOG_E(r));
		atomic_fetch_sub(&order->writes, 1);
		mem_free(record);
	}
}

void order_watch(struct order *order, bool on)
{
	if (on && !order->is_watched)
		watch_add(order->ask.mac);
	else if (!on && order->is_watched)
		watch_remove(order->ask.mac);
	order->is_watched = on;
}

void order_over(struct order *order)
{
	if (order->state.is_over)
		return;
	order->state.is_over = true;
	order_watch(order, false);
	if (order->state.fetched_at)
		counter_add(M_NOTIFY_FETCHED, 1);
	order_record(order);
}

static void say(struct order *order)
{
	const struct notify_state *state = &order->state;
	char mac[MAC_LEN + 1];

	mac_format(state->mac, mac);
	if (state->outcome == NOTIFY_ACCEPTED)
		log_debug("a phone was told to fetch", LOG_S("mac", mac),
			  LOG_S("target", state->target), LOG_I("status", state->status));
	else if (notify_outcome_is_kept(state->outcome))
		log_info("a phone could not be told to fetch", LOG_S("mac", mac),
			 LOG_S("outcome", notify_outcome_name(state->outcome)),
			 LOG_S("target", state->target), LOG_I("status", state->status),
			 LOG_S("words", state->words));
}

/* What telling came to; a phone that has heard it is waited for. */
void order_answered(struct order *order, enum notify_outcome outcome, int status, const char *words)
{
	struct notify_state *state = &order->state;

	state->outcome = outcome;
	state->status = status;
	snprintf(state->words, sizeof(state->words), "%s", words ? words : "");
	order->is_answered = true;
	if (status)
		state->answered_at = clock_now();
	if (outcome == NOTIFY_ACCEPTED)
		counter_add(M_NOTIFY_ACCEPTED, 1);
	say(order);
	if (state->fetched_at || (outcome != NOTIFY_ACCEPTED && outcome != NOTIFY_NO_ANSWER))
		order_over(order);
	else
		order_record(order);
}

void order_fail(struct order *order, const char *words)
{
	if (order->state.sent_at == 0)
		order->state.sent_at = clock_now();
	order_answered(order, NOTIFY_FAILED, 0, words);
}

/* Nothing is sent, and what is kept of the last time stays. */
void order_leave(struct order *order, enum notify_outcome outcome, const char *words)
{
	order->state.outcome = outcome;
	snprintf(order->state.words, sizeof(order->state.words), "%s", words);
	order_over(order);
}
