/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "http/digest.h"

/*
 * Who asks: Basic and Digest for accounts.
 *
 * This module knows no accounts; it asks for them through a callback.  A
 * verified Basic password is remembered for `login_memory_seconds`, as a keyed
 * hash, so that a call does not pay for an Argon2 run; it is forgotten when the
 * account's version changes.  A Digest nonce count that was used already is
 * answered with stale=true.
 */

struct request;

enum role { ROLE_VIEWER, ROLE_INTEGRATOR, ROLE_ADMIN };

enum { PRINCIPAL_NAME_MAX = 64 };

struct principal {
	int64_t account_id; /* 0 on the control socket */
	enum role role;
	char name[PRINCIPAL_NAME_MAX + 1]; /* "uid:0" on the control socket */
};

struct credential {
	struct principal principal;
	int64_t version;	 /* changes with the account's row */
	char password_hash[128]; /* libsodium's crypto_pwhash_str */
	struct digest_ha1 ha1_md5;
	struct digest_ha1 ha1_sha256;
};

/* 1 found, 0 no such account, negative an error.  Called on workers. */
typedef int auth_find(void *arg, const char *name, struct credential *ret);

/* Once, before threads, after sodium_init(). */
void auth_setup(auth_find *find, void *arg);

/* What password_hash holds; everybody hashes at this one cost.  -ENOMEM. */
int auth_hash_password(const char *password, char out[128]) MUST_CHECK;

/*
 * Fills `ret` with the account that the request proves.  -E_UNAUTHORIZED
 * without credentials, -E_CREDENTIALS when they are wrong, -E_NONCE_STALE,
 * -E_BASIC_REFUSED, -E_BAD_REQUEST.  On a worker only: it may run Argon2.  An
 * unknown name costs as much as a wrong password.
 *
 * Only a few passwords are checked at once.  REQUEST_LATER: the request waits
 * for its turn and will then be run again, from its beginning.
 */
int auth_check(struct request *req, struct principal *ret) MUST_CHECK;

/* 401 with Digest MD5, Digest SHA-256 and, where it is allowed, Basic. */
void reply_challenge_account(struct request *req, bool stale);
