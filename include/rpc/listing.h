/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

/*
 * Answers with an array of registrations that the caller may see, a row each,
 * streamed: page by page, never whole in memory.  The call's parameters, if
 * there are any, name the providers that are meant.
 */
struct rpc_listing_last { /* all zero at first but for the buffers; a row's own affair */
	const char *provider;
	int64_t created_at;
	struct buf *url;
	struct buf *row; /* what was written for these three, with a place for the MAC */
};
typedef void rpc_listing_row(struct buf *out, const struct registration *registration,
			     struct rpc_listing_last *last);
int rpc_listing(struct rpc_call *call, rpc_listing_row *row) MUST_CHECK;
