/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/error.h"
#include "rpc/handlers.h"
#include "rpc/signature.h"

int rpc_method_signature(struct rpc_call *call)
{
	const struct rpc_method *method = rpc_method_find(call->params[0].text);
	struct buf *answer;

	if (!method)
		return -E_RPC_METHOD;
	answer = rpc_answer_new(call->mem);
	rpc_array_begin(answer);
	for (const char *s = method->signatures; s; s = rpc_signature_after(s)) {
		const char *at = s;
		char type[RPC_TYPE_MAX];

		rpc_array_begin(answer);
		while (rpc_signature_next(&at, type))
			if (strcmp(type, "…") != 0)
				rpc_string(answer, type);
		rpc_array_end(answer);
	}
	rpc_array_end(answer);
	return rpc_reply(call, answer);
}
