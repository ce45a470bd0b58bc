/* SPDX-License-Identifier: MIT */
#pragma once

#include "sim/options.h"
#include "sim/phone.h"

/* What was asked for on the command line, understood. */
struct sim_setup {
	struct sim_kind kind;
	struct sim_items expects;
	enum sim_flow *flows;
	size_t flow_count;
	bool listens;
	uint64_t mac;
	char *url;    /* with the path of the service */
	char *host;   /* of the url, as it is written there */
	char *source; /* address; NULL: any */
	bool spreads; /* another source for each phone */
};

int sim_setup_make(void *mem, const struct sim_options *options, struct sim_setup *ret,
		   struct diag *reterr) MUST_CHECK;

/* Where the service is on another host or port. */
char *sim_setup_url(void *mem, const struct sim_setup *setup, const char *host, unsigned port);

/* The address that the phone of that number comes from; NULL: any. */
char *sim_setup_source(void *mem, const struct sim_setup *setup, unsigned number);

/* A value with {mac} and {n} of a phone. */
const char *sim_setup_value(void *mem, const char *value, const struct sim_phone *phone);
