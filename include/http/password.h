/* SPDX-License-Identifier: MIT */
#pragma once

#include "http/digest.h"

/*
 * What is kept of an account's password: an Argon2id hash for Basic, and the
 * HA1 of both Digest algorithms, which no slow hash can stand in for.
 */
struct password {
	char hash[128]; /* libsodium's crypto_pwhash_str */
	struct digest_ha1 ha1_md5;
	struct digest_ha1 ha1_sha256;
};

/* Takes tens of milliseconds; on a worker.  -E_PASSWORD for a bad one. */
int password_make(const char *name, const char *realm, const char *text,
		  struct password *ret) MUST_CHECK;
