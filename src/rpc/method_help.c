/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "rpc/handlers.h"

int rpc_method_help(struct rpc_call *call)
{
	const struct rpc_method *method = rpc_method_find(call->params[0].text);
	struct buf *answer;

	if (!method)
		return -E_RPC_METHOD;
	answer = rpc_answer_new(call->mem);
	rpc_string(answer, method->help);
	return rpc_reply(call, answer);
}
