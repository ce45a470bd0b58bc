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

/* A flag may also come as a string, as some clients send it. */
static bool fits_type(const struct rpc_param *param, const char *type)
{
	if (strcmp(type, "array") == 0)
		return param->is_array;
	if (strcmp(type, "boolean") == 0)
		return param->is_flag || (param->text && (strcmp(param->text, "0") == 0 ||
							  strcmp(param->text, "1") == 0));
	return param->text && !param->is_flag;
}

static bool fits(const struct rpc_call *call, const char *signature)
{
	char type[RPC_TYPE_MAX], last[RPC_TYPE_MAX] = "";
	size_t n = 0;

	if (!rpc_signature_next(&signature, type))
		return false;
	while (rpc_signature_next(&signature, type)) {
		if (strcmp(type, REPEATS) == 0) {
			while (n < call->param_count && fits_type(&call->params[n], last))
				n++;
			break;
		}
		if (n >= call->param_count || !fits_type(&call->params[n], type))
			return false;
		memcpy(last, type, sizeof(last));
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
