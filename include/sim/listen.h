/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct sim_listener;
struct sim_loop;

/*
 * A phone's web server, as far as contact-me needs it: POST or GET of
 * /contact_dls.html/ContactDLS with ContactMe=true, answered with 204.
 */

/* `host` and `port` of the service that wants it, NULL and 0: the usual one.  False: no answer. */
typedef bool sim_contacted(void *arg, const char *host, unsigned port);

/* Port 0 is a free one. */
int sim_listen(void *mem, struct sim_loop *loop, unsigned port, sim_contacted *contacted, void *arg,
	       struct sim_listener **ret, struct diag *reterr) MUST_CHECK;
unsigned sim_listener_port(const struct sim_listener *listener);

/* It is not there any more; connections are refused. */
void sim_listener_close(struct sim_listener *listener);
