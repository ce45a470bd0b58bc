/* SPDX-License-Identifier: MIT */
#include "rpc/handlers.h"
#include "rpc/registering.h"

static int check(void *mem, struct rpc_call *call, struct db *db, const char *mac_id, void *arg,
		 struct redirect_answer *answer)
{
	struct registration *registration;

	(void)arg;
	return redirect_check(mem, db, &call->caller, mac_id, &registration, answer);
}

static int one(void *mem, struct rpc_call *call, struct db *db, const char *mac_id, void *arg,
	       struct redirect_answer *answer)
{
	(void)arg;
	return redirect_deregister(mem, db, &call->caller, mac_id, answer);
}

static int op(struct rpc_call *call, struct db *db, struct buf *answer)
{
	return rpc_list(call, db, answer, check, one, NULL);
}

int rpc_deregister_device_list(struct rpc_call *call)
{
	int r = rpc_list_check(call);

	return r < 0 ? r : rpc_write(call, op);
}
