/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct config;
struct net_address;

/*
 * Where firmware may be fetched from: the hosts of [firmware] mirror_hosts, and
 * at no address inside (loopback, private, link-local and their like) unless
 * the host is written private:HOST there.
 */

/*
 * -E_MIRROR_HOST with words: no http or https URL, user or password in it, or a
 * host that is not listed.  `ret_private` (may be NULL): whether it may be inside.
 */
int firmware_host_check(const struct config *config, const char *url, bool *ret_private,
			struct diag *reterr) MUST_CHECK;

/* Whether two URLs are of the same scheme, host and port. */
bool firmware_host_same(const char *a, const char *b);

/* Loopback, private, link-local, multicast, or reserved for such things. */
bool firmware_host_is_inside(const struct net_address *address);
