/* SPDX-License-Identifier: MIT */
#include "rpc/handlers.h"
#include "rpc/registering.h"

static int op(struct rpc_call *call, struct db *db, struct buf *answer)
{
	struct redirect_answer outcome;
	int r = redirect_deregister(call->mem, db, &call->caller, call->params[0].text, &outcome);

	if (r < 0)
		return r;
	rpc_outcome(call, answer, &outcome);
	return 0;
}

int rpc_deregister_device(struct rpc_call *call)
{
	return rpc_write(call, op);
}
