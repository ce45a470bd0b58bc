/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct config;

/*
 * Telling upstreams what the outbox holds, and phones to fetch (fleet/notify.h,
 * on a thread of its own).
 *
 * A thread of its own, with libcurl's multi interface: what it waits for are
 * other servers and its own commits, and the main loop may wait for neither.
 * Nothing here ever holds up a request.
 */

/* After fleet_open(). */
int outbound_start(const struct config *config, struct diag *reterr) MUST_CHECK;

/* Another configuration is in force: failures are forgotten and all is tried again. */
void outbound_reload(void);

/*
 * Lets calls that are under way end, for a few seconds; begins no more, and
 * breaks off what others ask through fleet's link.  Before fleet_stop().
 */
void outbound_stop(void);

/* After the last request. */
void outbound_done(void);
