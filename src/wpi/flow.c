/* SPDX-License-Identifier: MIT */
#include "wpi/flow.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "wpi/session.h"

const struct wpi_policy wpi_policy_default = {
	.local_changes = WPI_LOCAL_REPORT,
	.entities = WPI_ENTITIES,
	.message_bytes = 50000,
	.fragments = 100,
	.read_items = 10000,
	.read_bytes = 4 << 20,
	.turns = 500,
	.idle = 300,
	.away = 1800,
	.writes_max = 3,
	.writes_gap = 3600,
	.order_gap = 900,
};

enum outcome {
	OUTCOME_NONE,
	OUTCOME_ACCEPTED,
	OUTCOME_PARTIAL,
	OUTCOME_FAILED,
	OUTCOME_BUSY,
	OUTCOME_STRAY,
};

enum { WPI_STATE_ANY = WPI_STATE_COUNT, WPI_STATE_SAME };

static const struct flow {
	int state;
	enum wpi_reason reason;
	enum outcome outcome;
	step_function *step;
} flows[] = {
#define FLOW(state, reason, outcome, step, what)                                                   \
	{WPI_STATE_##state, WPI_REASON_##reason, OUTCOME_##outcome, step_##step},
#include "wpi/flows.def"
#undef FLOW
};

static const int states_then[] = {
	WPI_STATE_IDLE,
#define ACTION(id, word, then, order, what, source) WPI_STATE_##then,
#include "wpi/actions.def"
#undef ACTION
};

enum order_time { NEVER, FIRST, LAST };

static const enum order_time order_times[] = {
	NEVER,
#define ACTION(id, word, then, order, what, source) order,
#include "wpi/actions.def"
#undef ACTION
};

struct wpi_session *wpi_session_new(void *mem)
{
	struct wpi_session *session = mem_new(mem, struct wpi_session);

	session_open(session);
	session->turn = mem_array(session, char, 1);
	return session;
}

void session_open(struct wpi_session *session)
{
	mem_free(session->dialogue);
	session->dialogue = mem_array(session, char, 1);
	session->reading = mem_array(session->dialogue, char, 1);
	session->telling = mem_array(session->dialogue, char, 1);
	session->read = session->told = session->writes = NULL;
	session->read_count = session->told_count = 0;
	session->heard_count = session->heard_bytes = 0;
	session->is_excerpt = false;
	session->write_count = session->batch = session->batch_count = 0;
	session->fragments = 0;
	session->withheld = 0;
	session->order = NULL;
}

void wpi_session_rest(struct wpi_session *session)
{
	mem_free(session->turn);
	session->turn = mem_array(session, char, 1);
	if (session->state == WPI_STATE_IDLE) {
		session_open(session);
		return;
	}
	mem_free(session->telling);
	session->telling = mem_array(session->dialogue, char, 1);
	session->told = NULL;
	session->told_count = 0;
}

bool wpi_session_has_orders(const struct wpi_session *session)
{
	return session->order_count > 0;
}

enum wpi_state wpi_session_state(const struct wpi_session *session)
{
	return session->state;
}

const struct wpi_item *wpi_session_items(const struct wpi_session *session, size_t *ret_count)
{
	*ret_count = session->told_count;
	return session->told;
}

bool wpi_session_is_excerpt(const struct wpi_session *session)
{
	return session->is_excerpt;
}

size_t wpi_session_told_size(const struct wpi_session *session)
{
	return talloc_total_size(session->reading);
}

bool wpi_session_tells_secrets(const struct wpi_session *session)
{
	for (size_t i = 0; session->state == WPI_STATE_WRITING && i < session->batch_count; i++)
		if (session->writes[session->batch + i].secret)
			return true;
	return false;
}

struct wpi_record *step_record(struct step *step, enum wpi_record_kind kind,
			       const struct wpi_item *item)
{
	struct wpi_record *record =
		mem_push(step->session->turn, &step->records, &step->record_count);

	record->kind = kind;
	if (item) {
		struct wpi_item *copy = mem_new(step->session->turn, struct wpi_item);

		wpi_item_copy(step->session->turn, item, copy);
		record->item = copy;
	}
	return record;
}

void step_say(struct step *step, enum wpi_action action, const struct wpi_item *items, size_t count,
	      enum wpi_entities entities)
{
	struct wpi_session *session = step->session;
	struct wpi_answer answer = {.action = action, .items = items, .item_count = count};
	struct secret *body = NULL;
	int r;

	r = wpi_emit(session, &answer, step->message->nonce, entities, &body, NULL);
	assert(r == 0); /* every item has been checked before it came here */
	(void)r;
	mem_free(session->answer);
	session->answer = body;
	session->action = action;
	if (states_then[action] == WPI_STATE_SAME)
		return;
	session->state = (enum wpi_state)states_then[action];
	session->asked = action;
	session->order = NULL;
}

static bool was_sent(struct step *step, const char *id)
{
	struct wpi_session *session = step->session;

	for (size_t i = 0; i < session->order_count; i++)
		if (strcmp(session->orders[i].id, id) == 0)
			return true;
	return false;
}

static void forget_old_orders(struct step *step)
{
	struct wpi_session *session = step->session;
	size_t kept = 0;

	for (size_t i = 0; i < session->order_count; i++) {
		if (step->now - session->orders[i].at < step->policy->order_gap)
			session->orders[kept++] = session->orders[i];
		else
			mem_free(session->orders[i].id);
	}
	session->order_count = kept;
}

void step_order_undo(struct wpi_session *session, const char *id)
{
	for (size_t i = 0; i < session->order_count; i++) {
		if (strcmp(session->orders[i].id, id) != 0)
			continue;
		mem_free(session->orders[i].id);
		session->orders[i] = session->orders[--session->order_count];
		return;
	}
}

/* A replaced & would make another URL of one. */
static enum wpi_entities order_entities(const struct wpi_policy *policy)
{
	return policy->entities == WPI_ENTITIES ? WPI_ENTITIES : WPI_LEGACY_REFUSE;
}

static int order_check(struct step *step, const struct wpi_order *order, struct diag *reterr)
{
	size_t size = wpi_answer_size(order->action, "") + WPI_NONCE_MAX;
	size_t most = step->session->max_items;
	int r;

	for (size_t i = 0; i < order->item_count; i++) {
		r = wpi_item_check(&order->items[i], order_entities(step->policy), reterr);
		if (r < 0)
			return r;
		size += wpi_item_size(&order->items[i]);
	}
	if (size > step->policy->message_bytes || (most > 0 && order->item_count > most))
		return diag_set(reterr, -E_WPI_LONG, "the order is longer than a message may be");
	return 0;
}

static struct sent_order *order_note(struct step *step, const char *id)
{
	struct wpi_session *session = step->session;
	struct sent_order *sent = mem_push(session, &session->orders, &session->order_count);

	sent->id = mem_strdup(session, id);
	sent->at = step->now;
	return sent;
}

bool step_order(struct step *step, bool first)
{
	struct wpi_session *session = step->session;

	forget_old_orders(step);
	for (size_t i = 0; i < step->wants->order_count; i++) {
		const struct wpi_order *order = &step->wants->orders[i];
		struct diag diag = {0};
		struct wpi_record *record;

		if (order_times[order->action] != (first ? FIRST : LAST) ||
		    was_sent(step, order->id))
			continue;
		order_note(step, order->id);
		if (order_check(step, order, &diag) < 0) {
			record = step_record(step, WPI_RECORD_ORDER_FAILED, NULL);
			record->order = mem_strdup(session->turn, order->id);
			record->words = mem_strdup(session->turn, diag.text);
			continue;
		}
		step_say(step, order->action, order->items, order->item_count,
			 order_entities(step->policy));
		session->order = mem_strdup(session->dialogue, order->id);
		record = step_record(step, WPI_RECORD_ORDER_SENT, NULL);
		record->order = session->order;
		return true;
	}
	return false;
}

static char mac_digit(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* Softphones have other ids than MACs; those are compared as well. */
static bool is_same_mac(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, ":-.");
		b += strspn(b, ":-.");
		if (mac_digit(*a) != mac_digit(*b))
			return false;
		if (!*a)
			return true;
	}
}

/* A reply was taken for this session's by its address, say, and is not. */
static bool is_foreign(const struct wpi_session *session, const struct wpi_message *message)
{
	const char *mac = wpi_message_text(message, "mac-addr");

	return wpi_reason_kind(message->reason) == WPI_KIND_GOES_ON && mac &&
	       !is_same_mac(mac, session->mac);
}

static enum outcome outcome_of(const struct wpi_session *session, const struct wpi_message *message)
{
	if (wpi_reason_kind(message->reason) != WPI_KIND_GOES_ON)
		return OUTCOME_NONE;
	if (message->action != WPI_ACTION_NONE && message->action != session->asked &&
	    !(message->action == WPI_ACTION_GET_NEXT_FRAGMENT && session->fragments > 0))
		return OUTCOME_STRAY;
	if (message->reply == WPI_REPLY_BUSY)
		return OUTCOME_BUSY;
	if (message->reply != WPI_REPLY_ACCEPTED)
		return OUTCOME_FAILED;
	return message->is_partial ? OUTCOME_PARTIAL : OUTCOME_ACCEPTED;
}

static step_function *step_find(enum wpi_state state, enum wpi_reason reason, enum outcome outcome)
{
	for (size_t i = 0; i < COUNT_OF(flows); i++)
		if ((flows[i].state == WPI_STATE_ANY || flows[i].state == (int)state) &&
		    flows[i].reason == reason && flows[i].outcome == outcome)
			return flows[i].step;
	assert(!"a row of flows.def for each state and outcome");
	return step_stray;
}

static bool is_over(const struct step *step)
{
	const struct wpi_session *session = step->session;
	int64_t most = session->state == WPI_STATE_AWAY ? step->policy->away : step->policy->idle;

	return step->now - session->heard_at > most;
}

static bool is_duplicate(const struct step *step)
{
	const struct wpi_session *session = step->session;

	return session->answer && session->digest == step->message->digest && !session->one_nonce &&
	       strcmp(session->nonce, step->message->nonce) == 0 && !is_over(step) &&
	       session->turns <= step->policy->turns;
}

static void take_step(struct step *step)
{
	struct wpi_session *session = step->session;
	const struct wpi_message *message = step->message;
	bool goes_on = wpi_reason_kind(message->reason) == WPI_KIND_GOES_ON;

	if (goes_on && session->state != WPI_STATE_IDLE && is_over(step)) {
		step_record(step, WPI_RECORD_EXPIRED, NULL);
		session->state = WPI_STATE_IDLE;
	}
	if (message->max_items > 0)
		session->max_items = message->max_items;
	if (goes_on && session->turns > step->policy->turns)
		step_given_up(step);
	else
		step_find(session->state, message->reason, outcome_of(session, message))(step);
	session->one_nonce = goes_on && strcmp(session->nonce, message->nonce) == 0;
	memcpy(session->nonce, message->nonce, sizeof(session->nonce));
	session->digest = message->digest;
}

void wpi_step(struct wpi_session *session, const struct wpi_message *message,
	      const struct wpi_wants *wants, const struct wpi_policy *policy, int64_t now,
	      struct wpi_turn *ret)
{
	struct step step = {
		.session = session,
		.message = message,
		.wants = wants,
		.policy = policy,
		.now = now,
	};

	mem_free(session->turn);
	session->turn = mem_array(session, char, 1);
	if (is_foreign(session, message)) {
		step_record(&step, WPI_RECORD_STRAY, NULL)->words = "it is of another phone";
		ret->action = WPI_ACTION_CLEAN_UP;
		ret->body = wpi_emit_clean_up(session->turn, message->nonce);
	} else {
		session->turns++;
		if (is_duplicate(&step))
			step_record(&step, WPI_RECORD_DUPLICATE, NULL);
		else
			take_step(&step);
		session->heard_at = now;
		ret->action = session->action;
		ret->body = session->answer;
	}
	ret->records = step.records;
	ret->record_count = step.record_count;
}
