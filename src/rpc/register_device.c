/* SPDX-License-Identifier: MIT */
#include "rpc/handlers.h"
#include "rpc/registering.h"

static int op(struct rpc_call *call, struct db *db, struct buf *answer)
{
	struct redirect_target target;
	struct redirect_answer outcome;
	int r = redirect_target_check(call->mem, db, &call->caller, call->params[1].text,
				      call->params[2].text, &target, &outcome);

	if (r == 0 && outcome.outcome == REDIRECT_OK)
		r = redirect_register(call->mem, db, &call->caller, call->params[0].text, &target,
				      &outcome);
	if (r < 0)
		return r;
	rpc_outcome(call, answer, &outcome);
	return 0;
}

int rpc_register_device(struct rpc_call *call)
{
	int r = rpc_require_mac_id(call);

	return r < 0 ? r : rpc_write(call, op);
}
