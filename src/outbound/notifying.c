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

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/watch.h"
#include "order.h"
#include "render/format.h"
#include "resolve.h"
#include "sip_digest.h"
#include "sip_message.h"
#include "sip_socket.h"
#include "sip_stack.h"
#include "store/mac.h"
#include "store/notify.h"

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

static void record(struct notifying *notifying, struct order *order)
{
	const struct notify_state *state = &order->state;
	struct record *record;
	int r;

	if (!notify_outcome_is_kept(state->outcome) || state->sent_at == 0)
		return;
	record = mem_new(NULL, struct record);
	record->order = order;
	record->wake = notifying->wake;
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

static void watch(struct order *order, bool on)
{
	if (on && !order->is_watched)
		watch_add(order->ask.mac);
	else if (!on && order->is_watched)
		watch_remove(order->ask.mac);
	order->is_watched = on;
}

static void over(struct notifying *notifying, struct order *order)
{
	if (order->state.is_over)
		return;
	order->state.is_over = true;
	watch(order, false);
	if (order->state.fetched_at)
		counter_add(M_NOTIFY_FETCHED, 1);
	record(notifying, order);
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
static void answered(struct notifying *notifying, struct order *order, enum notify_outcome outcome,
		     int status, const char *words)
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
		over(notifying, order);
	else
		record(notifying, order);
}

static void fail(struct notifying *notifying, struct order *order, const char *words)
{
	if (order->state.sent_at == 0)
		order->state.sent_at = clock_now();
	answered(notifying, order, NOTIFY_FAILED, 0, words);
}

/* Nothing is sent, and what is kept of the last time stays. */
static void leave(struct notifying *notifying, struct order *order, enum notify_outcome outcome,
		  const char *words)
{
	order->state.outcome = outcome;
	snprintf(order->state.words, sizeof(order->state.words), "%s", words);
	over(notifying, order);
}

static void sip_ended_of(void *arg, const osip_message_t *response, int r);

static int sip_send(struct order *order, const char *credentials_name, const char *credentials)
{
	CLEANUP(mem_freep) void *mem = mem_root("notify send");
	const struct config *config = order->config;
	struct buf *text = buf_new(mem);
	char branch[SIP_TOKEN_LEN + 1];
	struct sip_notify notify = {
		.uri = order->target.uri,
		.to = mem_printf(mem, "<%s>", order->target.uri),
		.call_id = order->call_id,
		.branch = branch,
		.cseq = ++order->cseq,
		.event = order->target.event,
		.credentials_name = credentials_name,
		.credentials = credentials,
	};
	int r = sip_place_of(&config->sip, &order->to, order->notifying->port, &notify.here);

	if (r < 0)
		return r;
	notify.here.tcp = order->target.tcp;
	notify.from =
		mem_printf(mem, "<sip:gigaprovd@%s>;tag=%s", notify.here.host, order->from_tag);
	sip_token(branch);
	sip_notify_write(&notify, text);
	return sip_stack_send(order->notifying->stack, config, &order->to, text->data, text->len,
			      sip_ended_of, order);
}

/* 1: a challenge was answered, 0: it is final. */
static int login(struct order *order, const osip_message_t *response)
{
	CLEANUP(mem_freep) void *mem = mem_root("notify login");
	char cnonce[SIP_TOKEN_LEN + 1];
	struct sip_login login = {.user = order->target.user,
				  .password = order->target.password,
				  .method = "NOTIFY",
				  .uri = order->target.uri,
				  .cnonce = cnonce};
	bool is_stale = false;
	const char *name;
	char *value;
	int r;

	if ((response->status_code != 401 && response->status_code != 407) || !login.user)
		return 0;
	sip_token(cnonce);
	r = sip_login_answer(mem, response, &login, &name, &value, &is_stale);
	if (r <= 0 || order->logins > (is_stale ? 1 : 0))
		return 0;
	order->logins++;
	r = sip_send(order, name, value);
	return r < 0 ? r : 1;
}

static void sip_ended_of(void *arg, const osip_message_t *response, int r)
{
	struct order *order = arg;
	struct notifying *notifying = order->notifying;
	int status = response ? response->status_code : 0;

	if (order->state.is_over)
		return;
	if (response)
		r = login(order, response);
	if (r > 0)
		return;
	if (r < 0)
		fail(notifying, order, error_text(r));
	else if (!response)
		answered(notifying, order, NOTIFY_NO_ANSWER, 0, NULL);
	else if (status >= 200 && status < 300)
		answered(notifying, order, NOTIFY_ACCEPTED, status, NULL);
	else
		answered(notifying, order, NOTIFY_REFUSED, status,
			 (status == 401 || status == 407) && !order->target.user
				 ? "it asks for a password: set notify.user and notify.password"
				 : response->reason_phrase);
}

static void send_first(struct notifying *notifying, struct order *order)
{
	int64_t fetch_ms = (int64_t)order->config->sip.fetch_seconds * 1000;
	int r;

	order->state.sent_at = clock_now();
	order->fetch_until_ms = clock_monotonic_ms() + fetch_ms;
	watch(order, true);
	counter_add(M_NOTIFY, 1);
	r = sip_send(order, NULL, NULL);
	if (r < 0)
		fail(notifying, order, error_text(r));
	else
		record(notifying, order);
}

static void contact_ended(void *arg, enum notify_outcome outcome, int status, const char *words)
{
	struct order *order = arg;

	order->contact_outcome = outcome;
	order->contact_status = status;
	snprintf(order->contact_words, sizeof(order->contact_words), "%s", words ? words : "");
	atomic_store(&order->contact_ended, true);
	order->notifying->wake();
}

static void contact(struct notifying *notifying, struct order *order)
{
	notify_contact_begin *begin = notify_contact_of();
	struct notify_contact contact = {order->ask.mac, order->target.address, contact_ended,
					 order};
	int r;

	if (!begin) {
		leave(notifying, order, NOTIFY_IMPOSSIBLE, "contact-me is not spoken here");
		return;
	}
	order->state.sent_at = clock_now();
	order->fetch_until_ms =
		clock_monotonic_ms() + (int64_t)order->config->sip.fetch_seconds * 1000;
	watch(order, true);
	counter_add(M_NOTIFY, 1);
	atomic_store(&order->contact_pending, true);
	r = begin(&contact);
	if (r < 0) {
		atomic_store(&order->contact_pending, false);
		fail(notifying, order, error_text(r));
	} else {
		record(notifying, order);
	}
}

static int target_read(struct order *order, struct diag *reterr)
{
	struct db *db, *seen;
	int r = fleet_reader(&db);

	if (r == 0)
		r = fleet_seen_reader(&seen);
	if (r == 0)
		r = db_snapshot_begin(db);
	if (r < 0)
		return r;
	r = notify_target_read(order, db, seen, order->config, order->ask.mac, order->ask.reboot,
			       &order->target, reterr);
	db_snapshot_end(db);
	return r;
}

/* Whether the device was told within the gap; the next time that it may be. */
static int in_gap(const struct notifying *notifying, struct order *order, int64_t *ret)
{
	int64_t gap = order->config->sip.gap_seconds;
	int64_t now = clock_now();
	struct notify *last;
	struct db *seen;
	int r = fleet_seen_reader(&seen);

	*ret = 0;
	for (const struct order *other = notifying->under_way; other; other = other->next)
		if (other->ask.mac == order->ask.mac && other->state.sent_at > *ret)
			*ret = other->state.sent_at;
	if (r == 0)
		r = notify_find(order, seen, order->ask.mac, &last);
	if (r > 0 && last->sent_at > *ret)
		*ret = last->sent_at;
	if (r < 0)
		return r;
	/* A clock that was set back does not silence anybody. */
	if (*ret == 0 || *ret > now || now - *ret >= gap)
		return 0;
	*ret += gap;
	return 1;
}

static void begin(struct notifying *notifying, struct order *order)
{
	struct diag diag = {0};
	int64_t next_at;
	int r;

	order->notifying = notifying;
	order->config = config_pin();
	r = target_read(order, &diag);
	if (r < 0) {
		leave(notifying, order, NOTIFY_IMPOSSIBLE, diag_text(&diag, r));
		return;
	}
	if (order->target.way == TRIGGER_POLL) {
		leave(notifying, order, NOTIFY_POLLS, "");
		return;
	}
	r = in_gap(notifying, order, &next_at);
	if (r < 0) {
		leave(notifying, order, NOTIFY_IMPOSSIBLE, error_text(r));
		return;
	}
	if (r > 0) {
		order->state.next_at = next_at;
		leave(notifying, order, NOTIFY_SUPPRESSED, "");
		return;
	}
	notifying->next_us += 1000000 / order->config->sip.rate;
	if (order->target.way == TRIGGER_CONTACT_ME) {
		contact(notifying, order);
		return;
	}
	snprintf(order->state.target, sizeof(order->state.target), "%s", order->target.uri);
	sip_token(order->call_id);
	sip_token(order->from_tag);
	order->to.port = 0;
	order->resolve = resolve_begin(order->target.host, strchr(order->config->sip.address, ':'));
}

static void resolve_step(struct notifying *notifying, struct order *order)
{
	struct diag diag = {0};
	int r = resolve_look(order->resolve, &order->to, &diag);

	if (r == 0)
		return;
	if (resolve_end(order->resolve))
		order->resolve = NULL;
	order->to.port = (uint16_t)order->target.port;
	if (r < 0)
		fail(notifying, order, diag_text(&diag, r));
	else
		send_first(notifying, order);
}

void notifying_fetched(struct notifying *notifying, int64_t mac)
{
	for (struct order *order = notifying->under_way; order; order = order->next) {
		if (order->ask.mac != mac || !order->is_watched)
			continue;
		order->state.fetched_at = clock_now();
		if (order->is_answered)
			over(notifying, order);
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
static int64_t step(struct notifying *notifying, struct order *order)
{
	int64_t now = clock_monotonic_ms();
	bool written;

	if (order->resolve && !order->state.is_over)
		resolve_step(notifying, order);
	if (atomic_exchange(&order->contact_ended, false)) {
		atomic_store(&order->contact_pending, false);
		if (!order->state.is_over)
			answered(notifying, order, order->contact_outcome, order->contact_status,
				 order->contact_words);
	}
	if (order->is_answered && now >= order->fetch_until_ms)
		over(notifying, order);
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
		begin(notifying, order);
		order->next = notifying->under_way;
		notifying->under_way = order;
	}
	return BEAT_MS;
}

int64_t notifying_turn(struct notifying *notifying, const struct config *config)
{
	int64_t now = clock_monotonic_ms();
	int64_t wait = let_go(notifying);

	(void)config;
	for (struct order *order = notifying->under_way; order; order = order->next) {
		int64_t due = step(notifying, order);

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
		over(notifying, order);
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
