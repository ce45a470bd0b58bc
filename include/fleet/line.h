/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "fleet/fleet.h"

struct line;
struct product;
struct secret;

/* Commands on lines of devices without handsets: desk phones, and bases that number their lines. */

struct line_input {
	const char *user;
	const char *auth;    /* add without it, or NULL: as the user */
	const char *display; /* add without it, or NULL: as the user */
	const struct secret *password;
	const char *sip; /* name of a SIP server */
	bool has_user, has_auth, has_display, has_password, has_sip;
};

/*
 * `slot` 0 takes the first that is free.  -E_LINE_EXISTS, -E_LINES_FULL,
 * -E_LINES_NONE where lines belong to handsets.  `ret` belongs to change->mem.
 */
int fleet_line_add(struct change *change, int64_t mac, int64_t slot, const struct line_input *input,
		   struct line **ret) MUST_CHECK;
/* -E_LINE_UNKNOWN. */
int fleet_line_set(struct change *change, int64_t mac, int64_t slot, const struct line_input *input,
		   struct line **ret) MUST_CHECK;
int fleet_line_remove(struct change *change, int64_t mac, int64_t slot) MUST_CHECK;

/* Whether a product (NULL: none) has room for the lines of a device without handsets. */
int fleet_line_fits(struct change *change, int64_t mac, const struct product *product) MUST_CHECK;
