/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

struct secret;

/*
 * Commands on devices.  They run inside a write operation and audit themselves.
 *
 * A device that integrators registered has no product and no document; adding
 * it gives it one.
 */

/* What may be given or changed; a field that was not given stays as it is. */
struct device_input {
	bool has_product, has_group, has_name, has_secret, has_user, has_password, has_locked;
	const char *product;	       /* NULL: none */
	const char *group;	       /* NULL: none */
	const char *name;	       /* NULL: none */
	const struct secret *secret;   /* NULL: none */
	const char *user;	       /* NULL: none */
	const struct secret *password; /* NULL: none */
	bool locked;
};

/* -E_MAC_EXISTS when it has a product already. */
int fleet_device_add(struct change *change, int64_t mac,
		     const struct device_input *input) MUST_CHECK;
int fleet_device_set(struct change *change, int64_t mac,
		     const struct device_input *input) MUST_CHECK;
/*
 * With its handsets, lines, settings, operations and registration.  One that has
 * handsets only with `force`: -E_DEVICE_IN_USE.  What it was given last is kept
 * for the shrink guard, should it come back.
 */
int fleet_device_remove(struct change *change, int64_t mac, bool force) MUST_CHECK;
