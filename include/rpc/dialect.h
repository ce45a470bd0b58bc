/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

/*
 * Methods of other makers' services.  Answers are [1, good] or [0, error];
 * a list is answered with its first error, and its good members are done.
 * They name no provider: registrations go under the account's first one by
 * name, or under the one that a server's name means.
 */

enum dialect {
#define DIALECT(id, good, malformed, url, owned, unknown) DIALECT_##id,
#include "rpc/dialects.def"
#undef DIALECT
};

/*
 * The first parameter is a MAC or an array of them, `target` a URL or the name
 * of a provider with a default URL.  `replace`: a registration of the caller's
 * own gives way; without it that is an error as any other.
 */
int dialect_register(struct rpc_call *call, enum dialect dialect, const char *target,
		     bool replace) MUST_CHECK;
int dialect_deregister(struct rpc_call *call, enum dialect dialect) MUST_CHECK;

/* Appends [good, text] in the dialect's words; a refusal is logged. */
void dialect_answer(struct rpc_call *call, enum dialect dialect, struct buf *out,
		    const struct redirect_answer *outcome);
