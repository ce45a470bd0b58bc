/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

struct diag;

/* The words of methods.def's signatures: "array,string|array,string,…". */

/* 0 when the parameters of a call fit one signature of its method; -E_RPC_PARAMS. */
int rpc_signature_check(const struct rpc_call *call, struct diag *reterr) MUST_CHECK;

/*
 * Takes the next type off `*signature` into `type`; false at the end of one
 * signature.  `…` comes out as "…".
 */
enum { RPC_TYPE_MAX = 16 };
bool rpc_signature_next(const char **signature, char type[RPC_TYPE_MAX]);

/* The next signature after this one; NULL at the end. */
const char *rpc_signature_after(const char *signature);
