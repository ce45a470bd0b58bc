/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

struct device_fetch;
struct digest;
struct request;

/*
 * What a phone proves.  Three pairs are good: its MAC and its secret, the user
 * and password configured for it, and the user:password@ of its registered URL,
 * with %MACD filled in, as it stands there or percent-decoded.
 */

/* No proof is asked: [provisioning] auth = open, or an address in open_networks. */
bool proof_is_open(const struct request *req);

/*
 * 0, or why not: -E_SECRET_MISSING, -E_SECRET_WRONG, -E_NONCE_STALE,
 * -E_MAC_UNKNOWN (`fetch` is NULL), -E_MAC_LOCKED, -E_BAD_REQUEST.  Takes as
 * long for each of those that had credentials to look at.
 */
int proof_check(struct request *req, const struct device_fetch *fetch) MUST_CHECK;

/*
 * What the request's Authorization says.  -E_SECRET_MISSING, -E_UNAUTHORIZED,
 * -E_BAD_REQUEST.
 */
int proof_read(struct request *req, struct digest **ret) MUST_CHECK;

/*
 * 0 when the Digest proves the password.  -E_SECRET_WRONG, also for NULL, which
 * takes as long as any; -E_NONCE_STALE.
 */
int proof_password(struct request *req, const struct digest *digest,
		   const char *password) MUST_CHECK;

/* Takes as long as reading the secrets of a device that is there. */
void proof_pretend(void);

/* The one answer to all of these: 401 with a challenge, or 404 where no proof is asked. */
int proof_deny(struct request *req, int reason) MUST_CHECK;
