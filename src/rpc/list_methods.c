/* SPDX-License-Identifier: MIT */
#include "rpc/handlers.h"

int rpc_list_methods(struct rpc_call *call)
{
	struct buf *answer = rpc_answer_new(call->mem);

	rpc_array_begin(answer);
	for (const struct rpc_method *m = rpc_method_next(NULL); m; m = rpc_method_next(m))
		rpc_string(answer, m->name);
	rpc_array_end(answer);
	return rpc_reply(call, answer);
}
