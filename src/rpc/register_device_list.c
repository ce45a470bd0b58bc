/* SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "redirect/list.h"
#include "redirect/url.h"
#include "rpc/handlers.h"
#include "rpc/registering.h"

static int check(void *mem, struct rpc_call *call, struct db *db, const char *mac_id, void *arg,
		 struct redirect_answer *answer)
{
	return redirect_register_check(mem, db, &call->caller, mac_id, arg, answer);
}

static int one(void *mem, struct rpc_call *call, struct db *db, const char *mac_id, void *arg,
	       struct redirect_answer *answer)
{
	return redirect_register(mem, db, &call->caller, mac_id, arg, answer);
}

static int op(struct rpc_call *call, struct db *db, struct buf *answer)
{
	struct redirect_target target;
	struct redirect_answer outcome;
	int r = redirect_target_check(call->mem, db, &call->caller, call->params[1].text,
				      call->params[2].text, &target, &outcome);

	if (r < 0)
		return r;
	if (outcome.outcome != REDIRECT_OK) {
		rpc_outcome(call, answer, &outcome);
		return 0;
	}
	target.list = redirect_list_new(call->mem);
	r = rpc_list(call, db, answer, check, one, &target);
	return r < 0 ? r : redirect_list_end(db, &call->caller, &target);
}

int rpc_register_device_list(struct rpc_call *call)
{
	int r = rpc_require_mac_id(call);

	if (r == 0)
		r = rpc_list_check(call);
	if (r < 0)
		return r;
	if (!url_is_per_device(call->params[1].text))
		log_warn("all devices of a list get the same URL: it has no %MACD",
			 LOG_S("account", call->caller.who->actor),
			 LOG_I("devices", call->params[0].count));
	return rpc_write(call, op);
}
