/* SPDX-License-Identifier: MIT */
/* An order whose turn has come: where the device is, and the messages to it. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "order.h"
#include "render/format.h"
#include "resolve.h"
#include "sip_digest.h"
#include "sip_message.h"
#include "sip_socket.h"
#include "sip_stack.h"
#include "store/notify.h"

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
	int status = response ? response->status_code : 0;

	if (order->state.is_over)
		return;
	if (response)
		r = login(order, response);
	if (r > 0)
		return;
	if (r < 0)
		order_fail(order, error_text(r));
	else if (!response)
		order_answered(order, NOTIFY_NO_ANSWER, 0, NULL);
	else if (status >= 200 && status < 300)
		order_answered(order, NOTIFY_ACCEPTED, status, NULL);
	else
		order_answered(
			order, NOTIFY_REFUSED, status,
			(status == 401 || status == 407) && !order->target.user
				? "it asks for a password: set notify.user and notify.password"
				: response->reason_phrase);
}

/* It is told now, whichever way: from here on its fetch is waited for. */
static void told_now(struct order *order)
{
	int64_t fetch_ms = (int64_t)order->config->sip.fetch_seconds * 1000;

	order->state.sent_at = clock_now();
	order->fetch_until_ms = clock_monotonic_ms() + fetch_ms;
	order_watch(order, true);
	counter_add(M_NOTIFY, 1);
}

static void send_first(struct order *order)
{
	int r;

	told_now(order);
	r = sip_send(order, NULL, NULL);
	if (r < 0)
		order_fail(order, error_text(r));
	else
		order_record(order);
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

static void contact(struct order *order)
{
	notify_contact_begin *begin = notify_contact_of();
	struct notify_contact contact = {order->ask.mac, order->target.address, contact_ended,
					 order};
	int r;

	if (!begin) {
		order_leave(order, NOTIFY_IMPOSSIBLE, "contact-me is not spoken here");
		return;
	}
	told_now(order);
	atomic_store(&order->contact_pending, true);
	r = begin(&contact);
	if (r < 0) {
		atomic_store(&order->contact_pending, false);
		order_fail(order, error_text(r));
	} else {
		order_record(order);
	}
}

static int target_read(struct order *order, struct diag *reterr)
{
	struct db *db, *seen;
	int r = fleet_seen_reader(&seen);

	if (r == 0)
		r = fleet_snapshot(&db);
	if (r < 0)
		return r;
	r = notify_target_read(order, db, seen, order->config, order->ask.mac, order->ask.reboot,
			       &order->target, reterr);
	db_snapshot_end(db);
	return r;
}

/* Whether the device was told within the gap; the next time that it may be. */
static int in_gap(struct order *order, int64_t *ret)
{
	int64_t gap = order->target.way == TRIGGER_CONTACT_ME ? order->config->wpi.contact_gap
							      : order->config->sip.gap_seconds;
	int64_t now = clock_now();
	struct notify *last;
	struct db *seen;
	int r = fleet_seen_reader(&seen);

	*ret = 0;
	for (const struct order *other = order->notifying->under_way; other; other = other->next)
		if (other->ask.mac == order->ask.mac && other->state.sent_at > *ret)
			*ret = other->state.sent_at;
	if (r < 0)
		return r;
	r = notify_find(order, seen, order->ask.mac, &last);
	if (r < 0)
		return r;
	if (r > 0 && last->sent_at > *ret)
		*ret = last->sent_at;
	/* A clock that was set back does not silence anybody. */
	if (*ret == 0 || *ret > now || now - *ret >= gap)
		return 0;
	*ret += gap;
	return 1;
}

void order_begin(struct order *order)
{
	struct diag diag = {0};
	int64_t next_at;
	bool calls;
	int r;

	order->config = config_pin();
	r = target_read(order, &diag);
	calls = order->target.way == TRIGGER_CONTACT_ME;
	if (r < 0) {
		order_leave(order, NOTIFY_IMPOSSIBLE, diag_text(&diag, r));
		return;
	}
	if (order->target.way == TRIGGER_POLL) {
		order_leave(order, NOTIFY_POLLS, "");
		return;
	}
	if (order->target.way == TRIGGER_SIP && !order->config->sip.notify) {
		order_leave(order, NOTIFY_IMPOSSIBLE, error_text(-E_NOTIFY_OFF));
		return;
	}
	r = in_gap(order, &next_at);
	if (r < 0) {
		order_leave(order, NOTIFY_IMPOSSIBLE, error_text(r));
		return;
	}
	if (r > 0) {
		order->state.next_at = next_at;
		order_leave(order, NOTIFY_SUPPRESSED, "");
		return;
	}
	order->notifying->next_us +=
		1000000 / (calls ? order->config->wpi.contact_rate : order->config->sip.rate);
	if (calls) {
		contact(order);
		return;
	}
	snprintf(order->state.target, sizeof(order->state.target), "%s", order->target.uri);
	sip_token(order->call_id);
	sip_token(order->from_tag);
	order->to.port = 0;
	order->resolve = resolve_begin(order->target.host, strchr(order->config->sip.address, ':'));
}

void order_resolve(struct order *order)
{
	struct diag diag = {0};
	int r = resolve_look(order->resolve, &order->to, &diag);

	if (r == 0)
		return;
	if (resolve_end(order->resolve))
		order->resolve = NULL;
	order->to.port = (uint16_t)order->target.port;
	if (r < 0)
		order_fail(order, diag_text(&diag, r));
	else
		send_first(order);
}
