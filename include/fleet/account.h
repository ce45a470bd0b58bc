/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

struct secret;

/*
 * Commands on accounts.  Hashing takes long and knows the realm, so it is done
 * before, by whoever calls (http/password.h).
 */

struct account_input {
	const char *role;	   /* NULL: not given */
	const char *password_hash; /* NULL: not given; with it both of: */
	const struct secret *ha1_md5;
	const struct secret *ha1_sha256;
	const char **providers; /* all that it may use; NULL: not given */
	size_t provider_count;
	bool has_require_mac_id;
	int require_mac_id; /* 0, 1, or -1: as the ini says */
};

/* Needs a role and a password. */
int fleet_account_add(struct change *change, const char *name,
		      const struct account_input *input) MUST_CHECK;
/* -E_ACCOUNT_LAST_ADMIN when no admin would be left. */
int fleet_account_set(struct change *change, const char *name,
		      const struct account_input *input) MUST_CHECK;
int fleet_account_remove(struct change *change, const char *name) MUST_CHECK;
