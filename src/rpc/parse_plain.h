/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/parse.h"

/*
 * Reads a call as nearly all clients write it: tags without attributes, ASCII,
 * strings and arrays of strings, nothing of XML's rarer parts.  What it reads it
 * reads as xmlrpc-c would; false leaves the call, be it wrong or only unusual,
 * to that.
 */
bool parse_plain(void *mem, const char *body, size_t len, struct rpc_request *ret);

/* How deep the deepest of these calls is. */
enum { PLAIN_DEPTH = 8 };
