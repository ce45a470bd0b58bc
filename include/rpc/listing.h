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
	char date[sizeof("2026-12-31")];
	struct buf *url;
	struct buf *rest; /* what was written for these three */
};
typedef void rpc_listing_row(struct buf *out, const struct registration *registration,
			     struct rpc_listing_last *last);
int rpc_listing(struct rpc_call *call, rpc_listing_row *row) MUST_CHECK;
