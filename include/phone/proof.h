/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

struct admission_pairs;
struct device_fetch;
struct digest;
struct request;

/*
 * What a phone proves.  Which pairs of user and password are good is in
 * fleet/admission.h; here they are held against a request.
 */

/* admission_is_open(), of who asks. */
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

/* The same of the first pair that has the Digest's user and is proved. */
int proof_pairs(struct request *req, const struct digest *digest,
		const struct admission_pairs *pairs) MUST_CHECK;

/* Takes as long as reading the secrets of a device that is there. */
void proof_pretend(void);

/* The one answer to all of these: 401 with a challenge, or 404 where no proof is asked. */
int proof_deny(struct request *req, int reason) MUST_CHECK;

/* The answer alone, where others count and decide whether proof is asked. */
void proof_answer(struct request *req, int reason, bool is_open);
