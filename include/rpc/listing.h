/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

/*
 * Answers with an array of registrations that the caller may see, a row each,
 * streamed: page by page, never whole in memory.  The call's parameters, if
 * there are any, name the providers that are meant.
 */
typedef void rpc_listing_row(struct buf *out, const struct registration *registration);
int rpc_listing(struct rpc_call *call, rpc_listing_row *row) MUST_CHECK;
