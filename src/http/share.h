/* SPDX-License-Identifier: MIT */
#pragma once

#include "server.h"

/*
 * How many connections one address has to a listener, so that nobody has all
 * of them.  An IPv6 address counts as its /64, of which a host has as many as it
 * likes; the listener's trusted proxies speak for many and are not counted.
 */

struct share;

/* The table of a listener. */
struct shares *shares_new(void *mem);

/* libmicrohttpd asks before it takes a connection: no more than connections_per_address. */
enum MHD_Result share_admit(void *cls, const struct sockaddr *address, socklen_t len);

/* With links_lock.  NULL: of somebody who is not counted. */
struct share *share_take(struct listener *listener, const struct sockaddr *address);
void share_give_back(struct listener *listener, struct share *share);
