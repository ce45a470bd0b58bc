/* SPDX-License-Identifier: MIT */
/*
 * An order waits, in the order of asking, until [sip] rate lets it go.  Then
 * the device is read: where it is, and as whom it is told.  From the first
 * message on its fetch is waited for (fleet/watch.h), since a phone may fetch
 * before its answer is here.
 *
 * Its row in seen.db is written when the message leaves and when something
 * becomes of it; an order that is over is kept until that has been committed,
 * and keeps others from telling the same device meanwhile.  So the gap is held
 * by the row or by the order.
 */
#include "notifying.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "order.h"
#include "resolve.h"
#include "sip_stack.h"
#include "store/notify.h"
#include "store/seen.h"

enum { UNDER_WAY_MAX = 4096, CONNECTIONS_MAX = 128, BEAT_MS = 1000, RESOLVE_MS = 20 };

void notifying_init(struct notifying *notifying)
{
	notifying->waiting_end = &notifying->waiting;
}

struct order *notifying_new(const struct notify_order *ask, atomic_size_t *waiting)
{
	struct order *order = mem_new(NULL, struct order);

	order->ask = *ask;
	order->waiting = waiting;
	order->asked_ms = clock_monotonic_ms();
	order->state.mac = ask->mac;
	order->state.reboot = ask->reboot;
	order->state.outcome = NOTIFY_SENT;
	atomic_fetch_add(waiting, 1);
	counter_add(M_NOTIFY_WAITING, 1);
	return order;
}

void notifying_add(struct notifying *notifying, struct order *order)
{
	order->next = NULL;
	*notifying->waiting_end = order;
	notifying->waiting_end = &order->next;
}

static struct order *waiting_take(struct notifying *notifying)
{
	struct order *order = notifying->waiting;

	notifying->waiting = order->next;
	if (!notifying->waiting)
		notifying->waiting_end = &notifying->waiting;
	atomic_fetch_sub(order->waiting, 1);
	counter_add(M_NOTIFY_WAITING, -1);
	return order;
}

/* Its last contact, as far as that is known. */
static int64_t came_at(void *mem, struct db *seen, int64_t mac)
{
	int64_t at = seen_peek_served(mac);
	struct fetch *fetches;
	struct seen *trace;
	size_t count;

	if (seen_find(mem, seen, mac, &trace) > 0 && trace->at > at)
		at = trace->at;
	if (fetch_list(mem, seen, mac, &fetches, &count) == 0 && count > 0 && fetches[0].at > at)
		at = fetches[0].at;
	return at;
}

static void resume(struct notifying *notifying, const struct config *config, struct db *seen,
		   const struct notify *row)
{
	CLEANUP(mem_freep) void *mem = mem_root("notify resume");
	struct order *order = mem_new(NULL, struct order);
	struct notify_state *state = &order->state;
	int64_t left = row->sent_at + (int64_t)config->sip.fetch_seconds - clock_now();
	int64_t at;

	order->ask.mac = row->mac;
	order->notifying = notifying;
	order->is_answered = true;
	order->is_told = true;
	order->fetch_until_ms = clock_monotonic_ms() + left * 1000;
	state->mac = row->mac;
	state->reboot = row->reboot;
	state->sent_at = row->sent_at;
	state->answered_at = row->answered_at;
	state->status = row->status;
	snprintf(state->target, sizeof(state->target), "%s", row->target ? row->target : "");
	snprintf(state->words, sizeof(state->words), "%s", row->words ? row->words : "");
	if (notify_outcome_parse(row->outcome, &state->outcome) < 0 ||
	    state->outcome == NOTIFY_SENT) {
		/* Whoever answers now answers to nobody. */
		state->outcome = NOTIFY_NO_ANSWER;
		snprintf(state->words, sizeof(state->words),
			 "the server was started again before there was one");
	}
	order_watch(order, true);
	order->next = notifying->under_way;
	notifying->under_way = order;
	at = came_at(mem, seen, row->mac);
	if (at < row->sent_at)
		return;
	state->fetched_at = at;
	order_over(order);
}

void notifying_resume(struct notifying *notifying, const struct config *config)
{
	CLEANUP(mem_freep) void *mem = mem_root("notify resume");
	int64_t since = clock_now() - (int64_t)config->sip.fetch_seconds;
	struct notify *rows;
	struct db *seen;
	size_t count = 0;
	int r = fleet_seen_reader(&seen);

	if (r == 0)
		r = notify_list_open(mem, seen, since, UNDER_WAY_MAX / 2, &rows, &count);
	if (r < 0)
		log_error("who was told to fetch is not waited for any more", LOG_E(r));
	for (size_t i = 0; i < count && r == 0; i++)
		resume(notifying, config, seen, &rows[i]);
}

void notifying_fetched(struct notifying *notifying, int64_t mac)
{
	for (struct order *order = notifying->under_way; order; order = order->next) {
		if (order->ask.mac != mac || !order->is_watched)
			continue;
		order->state.fetched_at = clock_now();
		if (order->is_answered)
			order_over(order);
	}
}

static void tell(struct order *order)
{
	if (order->is_told)
		return;
	order->is_told = true;
	if (order->ask.told)
		order->ask.told(order->ask.arg, &order->state);
}

static bool is_late(const struct order *order, int64_t now)
{
	return order->ask.wait_ms > 0 && now - order->asked_ms >= order->ask.wait_ms;
}

/* Milliseconds until something is due with it. */
static int64_t step(struct order *order)
{
	int64_t now = clock_monotonic_ms();
	bool written;

	if (order->resolve && !order->state.is_over)
		order_resolve(order);
	if (atomic_exchange(&order->contact_ended, false)) {
		atomic_store(&order->contact_pending, false);
		if (!order->state.is_over)
			order_answered(order, order->contact_outcome, order->contact_status,
				       order->contact_words);
	}
	if (order->is_answered && now >= order->fetch_until_ms)
		order_over(order);
	written = atomic_load(&order->writes) == 0;
	if ((order->state.is_over && written) || is_late(order, now))
		tell(order);
	if (order->resolve)
		return RESOLVE_MS;
	if (order->is_answered && !order->state.is_over)
		return order->fetch_until_ms - now;
	return BEAT_MS;
}

static bool order_can_go(struct order *order)
{
	if (!order->state.is_over || !order->is_told || atomic_load(&order->writes) > 0 ||
	    atomic_load(&order->contact_pending))
		return false;
	if (order->resolve && !resolve_end(order->resolve))
		return false;
	order->resolve = NULL;
	return true;
}

static void order_free(struct order *order)
{
	if (order->config)
		config_release(order->config);
	mem_free(order);
}

static void sweep(struct notifying *notifying)
{
	struct order **at = &notifying->under_way;
	struct order *order;

	while ((order = *at)) {
		if (!order_can_go(order)) {
			at = &order->next;
			continue;
		}
		*at = order->next;
		order_free(order);
	}
}

static void beat(struct order *list, int64_t now)
{
	for (struct order *order = list; order; order = order->next) {
		if (is_late(order, now))
			tell(order);
		if (!order->is_told && order->ask.alive)
			order->ask.alive(order->ask.arg);
	}
}

/* Milliseconds until the next may go. */
static int64_t let_go(struct notifying *notifying)
{
	size_t count = 0;
	int64_t now_us;

	for (const struct order *order = notifying->under_way; order; order = order->next)
		count++;
	while (notifying->waiting) {
		struct order *order;

		now_us = clock_monotonic_ms() * 1000;
		if (count++ >= UNDER_WAY_MAX ||
		    sip_stack_connections(notifying->stack) >= CONNECTIONS_MAX)
			return RESOLVE_MS;
		if (notifying->next_us > now_us)
			return (notifying->next_us - now_us + 999) / 1000;
		if (notifying->next_us < now_us - 1000)
			notifying->next_us = now_us - 1000;
		order = waiting_take(notifying);
		order->notifying = notifying;
		order_begin(order);
		order->next = notifying->under_way;
		notifying->under_way = order;
	}
	return BEAT_MS;
}

int64_t notifying_turn(struct notifying *notifying)
{
	int64_t now = clock_monotonic_ms();
	int64_t wait = let_go(notifying);

	for (struct order *order = notifying->under_way; order; order = order->next) {
		int64_t due = step(order);

		if (due < wait)
			wait = due;
	}
	if (now - notifying->beat_ms >= BEAT_MS) {
		notifying->beat_ms = now;
		beat(notifying->waiting, now);
		beat(notifying->under_way, now);
	}
	sweep(notifying);
	return wait > 0 ? wait : 0;
}

void notifying_stop(struct notifying *notifying)
{
	while (notifying->waiting) {
		struct order *order = waiting_take(notifying);

		order->state.outcome = NOTIFY_DROPPED;
		order->state.is_over = true;
		order->next = notifying->under_way;
		notifying->under_way = order;
	}
	for (struct order *order = notifying->under_way; order; order = order->next) {
		if (order->state.sent_at == 0 && !order->state.is_over)
			order->state.outcome = NOTIFY_DROPPED;
		order_over(order);
		tell(order);
	}
}

void notifying_done(struct notifying *notifying)
{
	struct order *next;

	for (struct order *order = notifying->under_way; order; order = next) {
		next = order->next;
		if (!resolve_end(order->resolve))
			continue; /* the C library still writes to it */
		order_free(order);
	}
	notifying->under_way = NULL;
}
