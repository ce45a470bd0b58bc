/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

/* Commands on what devices refer to: groups, SIP servers, providers. */

int fleet_group_add(struct change *change, const char *name) MUST_CHECK;
int fleet_group_remove(struct change *change, const char *name) MUST_CHECK;

/* A default URL is what a server's name means to dialects that know servers; NULL: none. */
int fleet_provider_add(struct change *change, const char *name, const char *default_url) MUST_CHECK;
int fleet_provider_set(struct change *change, const char *name, const char *default_url) MUST_CHECK;
int fleet_provider_remove(struct change *change, const char *name) MUST_CHECK;

/* NULL: not given.  Addresses are HOST or HOST:PORT, with brackets around IPv6. */
struct sip_input {
	const char *domain;
	const char *proxy;     /* add without it: the domain */
	const char *registrar; /* add without it: the proxy */
	const char *transport; /* add without it: udp */
};
int fleet_sip_add(struct change *change, const char *name,
		  const struct sip_input *input) MUST_CHECK;
int fleet_sip_set(struct change *change, const char *name,
		  const struct sip_input *input) MUST_CHECK;
int fleet_sip_remove(struct change *change, const char *name) MUST_CHECK;
