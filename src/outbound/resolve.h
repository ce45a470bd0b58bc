/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/net.h"

/*
 * A host's address, without waiting for it: the C library looks names up on
 * threads of its own.  A name's A or AAAA records are what counts; SRV records
 * are not looked for.
 */
struct resolve;

/* `ipv6` allows addresses of IPv6. */
struct resolve *resolve_begin(const char *host, bool ipv6);

/* 1 and the address, 0 not yet, negative when there is none, with words. */
int resolve_look(struct resolve *resolve, struct net_address *ret, struct diag *reterr) MUST_CHECK;

/* False while it cannot be broken off: try again. */
bool resolve_end(struct resolve *resolve);
