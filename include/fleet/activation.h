/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

struct config_words;
struct secret;

/*
 * Commands on activation codes.  A code goes into URLs and into the user name
 * of Digest: letters, digits, dots, dashes, underscores and tildes.
 */

struct activation_input {
	const char *url;
	const struct config_words *url_schemes; /* NULL: http and https */
	const char *provider;
	const struct secret *password; /* what stands behind the # of the code that people type */
};

int fleet_activation_add(struct change *change, const char *code,
			 const struct activation_input *input) MUST_CHECK;
int fleet_activation_remove(struct change *change, const char *code) MUST_CHECK;
