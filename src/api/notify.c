/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/devices/{mac}/notify: first the audit row is committed, then the
 * order is given, then the request waits for what comes of it.
 */
#include "fleet/notify.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "notify.h"

enum { WAIT_SECONDS_MAX = 600, WAIT_SECONDS = 60 };

struct input {
	bool reboot;
	int64_t wait;
	bool has_wait;
	int64_t mac;
	struct request *req;
	const struct audit_who *who;
};

static const struct api_field fields[] = {
	API_FIELD("reboot", TRUTH, MAY, struct input, reboot),
	API_FIELD_HAS("wait", NUMBER, MAY, struct input, wait, has_wait),
};

/* What it comes to, in a sentence. */
static const char *words_of(void *mem, const struct notify_state *state)
{
	const char *words = notify_outcome_words(state->outcome);

	if (state->fetched_at)
		return mem_printf(mem, "%s; it has fetched %lld s after that", words,
				  (long long)(state->fetched_at - state->sent_at));
	if (state->outcome == NOTIFY_REFUSED)
		return mem_printf(mem, "%s: %d %s", words, state->status, state->words);
	if (*state->words)
		return mem_printf(mem, "%s: %s", words, state->words);
	if (state->outcome != NOTIFY_ACCEPTED && state->outcome != NOTIFY_NO_ANSWER)
		return words;
	return mem_printf(mem, "%s, and it has not fetched%s", words,
			  state->is_over ? " in time" : " yet");
}

static json_t *state_json(void *mem, const struct notify_state *state)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "mac",
			 api_mac_text(state->mac), "outcome", notify_outcome_name(state->outcome),
			 "words", api_text(words_of(mem, state)), "status",
			 state->status ? json_integer(state->status) : json_null(), "target",
			 api_text(*state->target ? state->target : NULL), "reboot", state->reboot,
			 "sent_at", api_time(state->sent_at), "answered_at",
			 api_time(state->answered_at), "fetched_at", api_time(state->fetched_at),
			 "next_at", api_time(state->next_at));
}

static void told(void *arg, const struct notify_state *state)
{
	struct input *input = arg;

	if (state->outcome == NOTIFY_DROPPED)
		reply_error(input->req, -E_STOPPING, NULL);
	else
		api_answer(input->req, 200, state_json(request_mem(input->req), state));
	request_finish(input->req, 0);
}

static void alive(void *arg)
{
	const struct input *input = arg;

	request_prolong(input->req);
}

static int audit_op(struct db *db, void *arg, struct diag *diag)
{
	struct input *input = arg;
	struct change change = {db, request_mem(input->req), input->who, diag,
				request_config(input->req)};

	return fleet_notify(&change, input->mac, input->reboot);
}

static void audit_done(void *arg, int result, const struct diag *diag)
{
	struct input *input = arg;
	struct notify_order order = {.mac = input->mac,
				     .reboot = input->reboot,
				     .told = told,
				     .alive = alive,
				     .arg = input,
				     .wait_ms = input->wait * 1000};
	int r = result < 0 ? result : notify_order(&order);

	if (r >= 0)
		return;
	if (error_status(r) >= 500)
		log_error("a device could not be told", LOG_S("request", input->who->request),
			  LOG_S("words", diag->text), LOG_E(r));
	reply_error(input->req, r, result < 0 ? diag_text(diag, r) : NULL);
	request_finish(input->req, 0);
}

int api_notify(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (!input->has_wait)
		input->wait = WAIT_SECONDS;
	if (r == 0 && (input->wait < 1 || input->wait > WAIT_SECONDS_MAX))
		r = diag_set(&diag, -E_VALUE, "wait is a number of seconds from 1 to %d",
			     WAIT_SECONDS_MAX);
	if (r < 0)
		return api_refuse(req, r, &diag);
	input->req = req;
	input->who = api_who(req);
	r = writer_post(fleet_writer(), WRITER_NORMAL, audit_op, audit_done, input);
	return r < 0 ? r : REQUEST_LATER;
}

int notify_json(void *mem, struct db *seen, int64_t mac, json_t **ret)
{
	struct notify *notify;
	int r = notify_find(mem, seen, mac, &notify);

	if (r < 0)
		return r;
	*ret = r == 0 ? json_null()
		      : json_pack("{s:o, s:s, s:o, s:o, s:o, s:b, s:o, s:o}", "at",
				  api_time(notify->sent_at), "outcome", notify->outcome, "status",
				  notify->status ? json_integer(notify->status) : json_null(),
				  "words", api_text(notify->words), "target",
				  api_text(notify->target), "reboot", notify->reboot, "answered_at",
				  api_time(notify->answered_at), "fetched_at",
				  api_time(notify->fetched_at));
	return 0;
}
