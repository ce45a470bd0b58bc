/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "fleet/fleet.h"
#include "rpc/registering.h"

struct check {
	rpc_check_answer *make;
};

static int op(struct rpc_call *call, struct db *db, struct buf *answer)
{
	const struct check *check = call->work;
	struct registration *registration = NULL;
	struct redirect_answer outcome;
	int r = redirect_check(call->mem, db, &call->caller, call->params[0].text, &registration,
			       &outcome);

	if (r < 0)
		return r;
	check->make(call, answer, registration, &outcome);
	return 0;
}

int rpc_check(struct rpc_call *call, rpc_check_answer *make)
{
	struct check *check = mem_new(call->mem, struct check);
	struct registration *registration = NULL;
	struct redirect_answer outcome;
	struct buf *answer;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = redirect_look(call->mem, db, &call->caller, call->params[0].text, &registration,
				  &outcome);
	if (r < 0)
		return r;
	if (r == REDIRECT_WRITE) {
		check->make = make;
		call->work = check;
		return rpc_write(call, op);
	}
	answer = rpc_answer_new(call->mem);
	make(call, answer, registration, &outcome);
	return rpc_reply(call, answer);
}
