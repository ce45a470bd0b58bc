/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * What devices say about themselves in their User-Agent:
 *
 *	Gigaset N610 IP PRO/83.V2.64.0-160-g758db0bf;589EC67C2479;Handset=20
 *	Htek UC926 2.0.4.2 00:1f:c1:00:00:00
 *
 * Model, version, MAC, and from firmware 2.26 on how many handsets they take.
 * Anybody can send any: it counts only where the request was proved.
 */

enum { USER_AGENT_FIELD_MAX = 64, USER_AGENT_CAPACITY_MAX = 20000 };

struct user_agent {
	char model[USER_AGENT_FIELD_MAX + 1];
	char version[USER_AGENT_FIELD_MAX + 1];
	int64_t mac;	  /* -1: not told */
	int64_t capacity; /* of handsets; 0: no DECT manager yet; -1: not told */
};

/* False for what has no model and version. */
bool user_agent_parse(const char *s, struct user_agent *ret);

/* Whether this device says it: by its MAC, or (old ones have none in it) by its model's name. */
bool user_agent_is_of(const struct user_agent *agent, int64_t mac);
