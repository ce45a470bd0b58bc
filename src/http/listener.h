/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "server.h"

/* Sockets and libmicrohttpd's daemons. */

/* Opens the socket and serves it.  `config` is what http_start() got; it need not outlive the call. */
int listener_start(struct http *http, struct listener *listener, const struct config *config,
		   const struct config_listener *from, struct diag *reterr) MUST_CHECK;

/* The same for the control socket. */
int listener_start_control(struct http *http, struct listener *listener,
			   const struct config *config, struct diag *reterr) MUST_CHECK;

/* No new connections: they are refused from now on. */
void listener_quiesce(struct listener *listener);

/* Nothing may be suspended any more. */
void listener_stop(struct listener *listener);
