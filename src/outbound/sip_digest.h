/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"
#include "sip_osip.h"

struct secret;

/*
 * Answering a SIP Digest challenge (RFC 3261, 8760): MD5 and SHA-256, with qop
 * auth, auth-int or none.
 */

struct sip_login {
	const char *user;
	const struct secret *password;
	const char *method;
	const char *uri;
	const char *cnonce;
};

/*
 * 1, the header's name and its value, which belongs to `mem`; 0 when the
 * response has no challenge that can be answered.  `ret_stale`: the answer to the
 * challenge before was right, but late.
 */
int sip_login_answer(void *mem, const osip_message_t *response, const struct sip_login *login,
		     const char **ret_name, char **ret_value, bool *ret_stale) MUST_CHECK;
