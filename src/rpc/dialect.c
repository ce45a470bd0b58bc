/* SPDX-License-Identifier: MIT */
#include "rpc/dialect.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/fleet.h"
#include "rpc/registering.h"
#include "store/provider.h"

static const struct {
	const char *good, *malformed, *url, *owned, *unknown;
} words[] = {
#define DIALECT(id, good, malformed, url, owned, unknown)                                          \
	[DIALECT_##id] = {good, malformed, url, owned, unknown},
#include "rpc/dialects.def"
#undef DIALECT
};

static const char *pattern_of(enum dialect dialect, enum redirect_outcome outcome)
{
	switch (outcome) {
	case REDIRECT_OK:
		return words[dialect].good;
	case REDIRECT_MAC_ALREADY_IN_USE:
		return words[dialect].owned;
	case REDIRECT_MAC_NOT_FOUND:
		return words[dialect].unknown;
	case REDIRECT_URL_INVALID:
	case REDIRECT_NAME_INVALID:
		return words[dialect].url;
	default:
		return words[dialect].malformed;
	}
}

static char *text_of(void *mem, enum dialect dialect, const struct redirect_answer *outcome)
{
	const char *pattern = pattern_of(dialect, outcome->outcome);
	const char *percent = strchr(pattern, '%');
	char *offender;

	if (!percent)
		return mem_strdup(mem, pattern);
	offender = mem_strdup(mem, outcome->offender);
	if (percent[1] == 'l')
		for (char *s = offender; *s; s++)
			*s = (char)tolower((unsigned char)*s);
	return mem_printf(mem, "%.*s%s", (int)(percent - pattern), pattern, offender);
}

/* What is to be done, hung on the call between the worker and the writer. */
struct work {
	struct rpc_call *call;
	enum dialect dialect;
	const char *target;
	bool replace;
};

static int provider_of(struct work *work, struct db *db, struct provider **ret,
		       const char **ret_url)
{
	struct rpc_call *call = work->call;
	struct provider *providers;
	size_t count;
	int r = provider_list_of(call->mem, db,
				 call->caller.every_provider ? 0 : call->caller.account_id,
				 &providers, &count);

	*ret = NULL;
	if (r < 0)
		return r;
	if (strstr(work->target, "://")) {
		*ret = count > 0 ? &providers[0] : NULL;
		*ret_url = work->target;
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(providers[i].name, work->target) == 0 && providers[i].default_url)
			*ret = &providers[i];
	*ret_url = *ret ? (*ret)->default_url : NULL;
	return 0;
}

static int target_find(struct work *work, struct db *db, struct redirect_target *target,
		       struct redirect_answer *answer)
{
	struct provider *provider;
	const char *url;
	int r = provider_of(work, db, &provider, &url);

	if (r < 0)
		return r;
	if (!provider) {
		*answer = (struct redirect_answer){REDIRECT_NAME_INVALID, work->target,
						   -E_PROVIDER_UNKNOWN, NULL};
		return 0;
	}
	return redirect_target_check(work->call->mem, db, &work->call->caller, url, provider->name,
				     target, answer);
}

/* All members; `first` is the first that was refused, or the last that was done. */
static int run(struct work *work, struct db *db, const struct redirect_target *target,
	       struct redirect_answer *first)
{
	struct rpc_call *call = work->call;
	const struct rpc_param *param = &call->params[0];
	size_t count = param->is_array ? param->count : 1;

	*first = (struct redirect_answer){REDIRECT_OK, "", 0, NULL};
	for (size_t i = 0; i < count; i++) {
		const char *mac_id = param->is_array ? param->items[i] : param->text;
		struct redirect_answer answer;
		int r = target ? redirect_register(call->mem, db, &call->caller, mac_id, target,
						   &answer)
			       : redirect_deregister(call->mem, db, &call->caller, mac_id, &answer);

		if (r < 0)
			return r;
		rpc_suffix_alarm(call, &answer);
		if (first->outcome == REDIRECT_OK)
			*first = answer;
	}
	return 0;
}

void dialect_answer(struct rpc_call *call, enum dialect dialect, struct buf *out,
		    const struct redirect_answer *outcome)
{
	char *text = text_of(call->mem, dialect, outcome);

	rpc_refusal_log(call, text, outcome);
	rpc_result(out, outcome->outcome == REDIRECT_OK, text);
}

static int register_op(struct rpc_call *call, struct db *db, struct buf *out)
{
	struct work *work = call->work;
	struct redirect_target target;
	struct redirect_answer answer;
	int r = target_find(work, db, &target, &answer);

	target.replace = work->replace;
	if (r == 0 && answer.outcome == REDIRECT_OK)
		r = run(work, db, &target, &answer);
	if (r == 0)
		dialect_answer(call, work->dialect, out, &answer);
	return r;
}

static int deregister_op(struct rpc_call *call, struct db *db, struct buf *out)
{
	struct work *work = call->work;
	struct redirect_answer answer;
	int r = run(work, db, NULL, &answer);

	if (r == 0)
		dialect_answer(call, work->dialect, out, &answer);
	return r;
}

static int post(struct rpc_call *call, struct work work, rpc_op *op)
{
	int r = call->params[0].is_array ? rpc_list_check(call) : 0;

	if (r == 0)
		r = rpc_require_mac_id(call);
	if (r < 0)
		return r;
	call->work = mem_memdup(call->mem, &work, sizeof(work));
	return rpc_write(call, op);
}

int dialect_register(struct rpc_call *call, enum dialect dialect, const char *target, bool replace)
{
	return post(call, (struct work){call, dialect, target, replace}, register_op);
}

int dialect_deregister(struct rpc_call *call, enum dialect dialect)
{
	return post(call, (struct work){call, dialect, NULL, false}, deregister_op);
}
