/* SPDX-License-Identifier: MIT */
#include "rpc/signature.h"

#include <string.h>

#include "base/error.h"

#define REPEATS "…"

bool rpc_signature_next(const char **signature, char type[RPC_TYPE_MAX])
{
	size_t len = strcspn(*signature, ",|");

	if (len == 0)
		return false;
	memcpy(type, *signature, len);
	type[len] = '\0';
	*signature += len + ((*signature)[len] == ',');
	return true;
}

const char *rpc_signature_after(const char *signature)
{
	const char *bar = strchr(signature, '|');

	return bar ? bar + 1 : NULL;
}

static bool fits(const struct rpc_call *call, const char *signature)
{
	char type[RPC_TYPE_MAX];
	bool wants_array = false;
	size_t n = 0;

	if (!rpc_signature_next(&signature, type))
		return false;
	while (rpc_signature_next(&signature, type)) {
		if (strcmp(type, REPEATS) == 0) {
			for (; n < call->param_count; n++)
				if (call->params[n].is_array != wants_array)
					return false;
			return true;
		}
		wants_array = strcmp(type, "array") == 0;
		if (n >= call->param_count || call->params[n].is_array != wants_array)
			return false;
		n++;
	}
	return n == call->param_count;
}

int rpc_signature_check(const struct rpc_call *call, struct diag *reterr)
{
	for (const char *s = call->method->signatures; s; s = rpc_signature_after(s))
		if (fits(call, s))
			return 0;
	return diag_set(reterr, -E_RPC_PARAMS,
			"%s does not take these %zu parameters; its types are: %s",
			call->method->name, call->param_count, call->method->signatures);
}
