/* SPDX-License-Identifier: MIT */
#pragma once

/* A fleet with schedules. */

#include "fleet_help.h"

#include "base/buf.h"

#define MAC "7C2F80E0D605"

/* NOW is Thursday, 2018-05-31 12:59 UTC. */
enum { MINUTE = 60, HOUR = 3600, DAY = 24 * HOUR, OPENS = 1527811200, CLOSES = OPENS + 5 * HOUR };

static const char gate_ini[] = "[listener phones]\nserves = phones\n"
			       "[schedule night]\nstart = 00:00\nend = 05:00\n"
			       "[schedule noon]\nstart = 12:00\nend = 14:00\ngrace = 5m\n"
			       "[schedule month]\nstart = 00:00\nend = 05:00\ninterval = 4\n"
			       "days = mon\n"
			       "[schedule break]\nstart = 00:00\nend = 05:00\n"
			       "blackout = 2018-06-01..2018-06-03\n";

static inline int gate_begin(void **state)
{
	int r = fleet_begin(state);
	struct fixture *f = *state;
	struct buf *errors = buf_new(f);
	struct config *config = NULL;

	assert_int_equal(
		config_read_text(f, "/etc/x/gate.ini", gate_ini, strlen(gate_ini), &config, errors),
		0);
	f->config = *config;
	f->config.provisioning.public_url = "http://prov.example.net";
	f->change.config = &f->config;
	return r;
}
