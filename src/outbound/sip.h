/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

struct config;

/*
 * The thread that speaks SIP, where [sip] wants it.  It waits for sockets, for
 * orders (fleet/notify.h) and for times, never for a commit.
 */

int sip_start(const struct config *config, struct diag *reterr) MUST_CHECK;

/* Nothing is sent any more; everybody who waits is told. */
void sip_stop(void);

/* After the writers have ended. */
void sip_done(void);
