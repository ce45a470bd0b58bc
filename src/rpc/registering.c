/* SPDX-License-Identifier: MIT */
#include "rpc/registering.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "http/request.h"
#include "store/account.h"

enum { REFUSALS_SHOWN = 5, MEMBER_BYTES = 4096 };

static void log_refusal(enum log_level level, struct rpc_call *call, const char *text, int reason)
{
	LOG_AT(level, "call refused", LOG_S("method", call->method->name),
	       LOG_S("account", call->caller.who->actor),
	       LOG_S("address", call->caller.who->address), LOG_S("answer", text), LOG_E(reason));
}

void rpc_outcome(struct rpc_call *call, struct buf *answer, const struct redirect_answer *outcome)
{
	char *text = redirect_answer_text(call->mem, outcome);

	rpc_refusal_log(call, text, outcome);
	rpc_suffix_alarm(call, outcome);
	rpc_result(answer, outcome->outcome == REDIRECT_OK, text);
}

void rpc_refusal_log(struct rpc_call *call, const char *text, const struct redirect_answer *outcome)
{
	if (outcome->outcome != REDIRECT_OK)
		log_refusal(LOG_LEVEL_INFO, call, text, outcome->reason);
}

void rpc_suffix_alarm(struct rpc_call *call, const struct redirect_answer *outcome)
{
	if (outcome->reason == -E_MAC_ID_WRONG)
		counter_add(M_MAC_ID_WRONG, 1);
	if (!outcome->locks_until)
		return;
	counter_add(M_MAC_ID_LOCKED, 1);
	log_warn("MAC locked after too many wrong MAC-ID suffixes", LOG_S("mac", outcome->offender),
		 LOG_S("account", call->caller.who->actor),
		 LOG_S("address", call->caller.who->address), LOG_I("until", outcome->locks_until));
}

int rpc_require_mac_id(struct rpc_call *call)
{
	struct account *account;
	struct db *db;
	int r;

	call->caller.require_mac_id = request_config(call->req)->redirect.require_mac_id;
	if (call->caller.account_id == 0)
		return 0;
	r = fleet_reader(&db);
	if (r == 0)
		r = account_find(call->mem, db, call->caller.who->actor, &account);
	if (r <= 0)
		return r;
	if (account->require_mac_id >= 0)
		call->caller.require_mac_id = account->require_mac_id;
	return 0;
}

int rpc_list_check(struct rpc_call *call)
{
	unsigned max = request_config(call->req)->redirect.max_list;

	if (call->params[0].count > max)
		return diag_set(call->diag, -E_RPC_LIST, "%zu MACs in one call; max_list is %u",
				call->params[0].count, max);
	return 0;
}

struct member {
	const char *mac_id;
	int64_t mac; /* -1: malformed */
	size_t at;
	size_t first; /* where the same MAC stands first */
	size_t text;  /* where its answer begins */
	enum redirect_outcome outcome;
	int reason;
};

static int by_mac(const void *a, const void *b)
{
	const struct member *x = *(struct member *const *)a, *y = *(struct member *const *)b;

	if (x->mac != y->mac)
		return x->mac < y->mac ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Sorts, so that a list of thousands with doubles takes no quadratic step. */
static struct member *members_new(struct rpc_call *call)
{
	const struct rpc_param *list = &call->params[0];
	struct member *members = mem_array(call->mem, struct member, list->count + 1);
	struct member **order = mem_array(call->mem, struct member *, list->count + 1);
	bool sorted = true;

	for (size_t i = 0; i < list->count; i++) {
		char suffix[MAC_ID_LEN + 1];

		members[i] = (struct member){.mac_id = list->items[i], .at = i, .first = i};
		if (mac_id_parse(list->items[i], &members[i].mac, suffix) < 0)
			members[i].mac = -1;
		order[i] = &members[i];
		sorted = sorted && (i == 0 || members[i - 1].mac <= members[i].mac);
	}
	/* As a rule they come in their order. */
	if (!sorted)
		qsort(order, list->count, sizeof(*order), by_mac);
	for (size_t i = 1; i < list->count; i++)
		if (order[i]->mac >= 0 && order[i]->mac == order[i - 1]->mac)
			order[i]->first = order[i - 1]->first;
	mem_free(order);
	return members;
}

/* What is wrong with a list is one line, with the first few; each of them is for who debugs. */
struct refusals {
	size_t count;
	struct buf *first;
};

static void refusal_add(struct rpc_call *call, struct refusals *refusals, const char *text,
			int reason)
{
	if (refusals->count++ < REFUSALS_SHOWN) {
		if (refusals->first->len > 0)
			buf_addc(refusals->first, ' ');
		buf_adds(refusals->first, text);
	}
	log_refusal(LOG_LEVEL_DEBUG, call, text, reason);
}

static void refusals_log(struct rpc_call *call, const struct refusals *refusals)
{
	if (refusals->count > 0)
		log_info("members of a list refused", LOG_S("method", call->method->name),
			 LOG_S("account", call->caller.who->actor),
			 LOG_S("address", call->caller.who->address),
			 LOG_I("devices", call->params[0].count), LOG_I("refused", refusals->count),
			 LOG_S("first", refusals->first->data));
}

/* The answers stand in `texts`, each with its NUL. */
static int run(struct rpc_call *call, struct db *db, struct member *members, struct buf *texts,
	       rpc_list_one *one, void *arg, bool *ret_good)
{
	struct refusals refusals = {.first = buf_new(call->mem)};
	void *mem = mem_pool(call->mem, MEMBER_BYTES);

	for (size_t i = 0; i < call->params[0].count; i++) {
		struct member *member = &members[i];
		struct redirect_answer answer;
		const char *text;
		int r;

		if (member->first != i) {
			const struct member *first = &members[member->first];

			member->text = first->text;
			member->outcome = first->outcome;
			continue;
		}
		r = one(mem, call, db, member->mac_id, arg, &answer);
		if (r < 0)
			return r;
		text = redirect_answer_text(mem, &answer);
		member->text = texts->len;
		buf_add(texts, text, strlen(text) + 1);
		member->outcome = answer.outcome;
		if (answer.outcome != REDIRECT_OK) {
			refusal_add(call, &refusals, text, answer.reason);
			rpc_suffix_alarm(call, &answer);
		}
		mem_empty(mem);
	}
	refusals_log(call, &refusals);
	*ret_good = refusals.count == 0;
	return 0;
}

/* The boolean, then a string for each MAC in the order asked. */
static void answer_seed(struct rpc_call *call, struct buf *answer, const struct member *members,
			const struct buf *texts, bool good)
{
	rpc_array_begin(answer);
	rpc_boolean(answer, good);
	for (size_t i = 0; i < call->params[0].count; i++)
		rpc_string(answer, texts->data + members[i].text);
	rpc_array_end(answer);
}

/* All well: [1, "OK"].  Otherwise only the failures, without a boolean. */
static void answer_guide(struct rpc_call *call, struct buf *answer, const struct member *members,
			 const struct buf *texts, bool good)
{
	if (good) {
		rpc_result(answer, true, "OK");
		return;
	}
	rpc_array_begin(answer);
	for (size_t i = 0; i < call->params[0].count; i++)
		if (members[i].outcome != REDIRECT_OK && members[i].first == i)
			rpc_string(answer, texts->data + members[i].text);
	rpc_array_end(answer);
}

/* In the guide's shape an invalid MAC refuses the whole list: 1 when there was one. */
static int refuse_invalid(struct rpc_call *call, struct db *db, struct buf *answer,
			  const struct member *members, rpc_list_one *check, void *arg)
{
	void *mem = mem_pool(call->mem, MEMBER_BYTES);

	for (size_t i = 0; i < call->params[0].count; i++) {
		struct redirect_answer outcome;
		int r = check(mem, call, db, members[i].mac_id, arg, &outcome);

		if (r < 0)
			return r;
		if (outcome.outcome != REDIRECT_MAC_INVALID) {
			mem_empty(mem);
			continue;
		}
		rpc_outcome(call, answer, &outcome);
		return 1;
	}
	return 0;
}

int rpc_list(struct rpc_call *call, struct db *db, struct buf *answer, rpc_list_one *check,
	     rpc_list_one *one, void *arg)
{
	bool guide = request_config(call->req)->redirect.list_answer == LIST_ANSWER_GUIDE;
	struct member *members = members_new(call);
	struct buf *texts = buf_new(call->mem);
	bool good;
	int r = guide ? refuse_invalid(call, db, answer, members, check, arg) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	r = run(call, db, members, texts, one, arg, &good);
	if (r < 0)
		return r;
	if (guide)
		answer_guide(call, answer, members, texts, good);
	else
		answer_seed(call, answer, members, texts, good);
	return 0;
}
