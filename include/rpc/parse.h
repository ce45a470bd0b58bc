/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

struct config;

/*
 * A call as xmlrpc-c understands it, after what it should not see has been
 * refused: other encodings, document types, deep nesting.  Faults: -E_RPC_PARSE,
 * -E_RPC_DOCTYPE, -E_RPC_DEPTH, -E_RPC_PARAMS, -E_TEXT_*.
 */
struct rpc_request {
	const char *method;
	struct rpc_param *params;
	size_t param_count;
};

int rpc_parse(void *mem, const char *body, size_t len, unsigned depth_max, struct rpc_request *ret,
	      struct diag *reterr) MUST_CHECK;

/* Once, before threads: xmlrpc-c's own limit must not be below ours. */
void rpc_setup(const struct config *config);
