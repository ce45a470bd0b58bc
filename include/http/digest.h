/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * HTTP Digest (RFC 7616, and what phones make of it): MD5 and SHA-256, qop
 * auth.  Pure functions over a key; no table, no clock but the one in base.
 *
 * A nonce is a time, a number and an HMAC over both and the realm.  `uri` may
 * be the path or the path and query as they came: phones send the path.
 */

enum digest_algorithm { DIGEST_MD5, DIGEST_SHA256 };
enum { DIGEST_HA1_MAX = 32, DIGEST_NONCE_MAX = 64, DIGEST_HEADER_MAX = 4096 };

struct digest_ha1 {
	uint8_t bytes[DIGEST_HA1_MAX]; /* 16 for MD5, 32 for SHA-256; all zero: there is none */
};

/* An Authorization header, taken apart; nothing in it has been checked. */
struct digest {
	enum digest_algorithm algorithm;
	const char *username; /* escapes taken out; not checked as UTF-8 */
	const char *realm;
	const char *nonce;
	const char *uri;
	const char *response;
	const char *cnonce; /* NULL without qop */
	const char *nc;	    /* NULL without qop */
	uint32_t nc_value;
};

/* Once, before threads: the key of all nonces, kept in the state directory across restarts. */
void digest_setup(const uint8_t key[32]);

/*
 * `header` is the value of Authorization.  -E_UNAUTHORIZED when the scheme is
 * another one, -E_BAD_REQUEST when it cannot be understood.  Quoted strings,
 * escapes, missing quotes and blanks as phones and RFC 7616 have them; at most
 * DIGEST_HEADER_MAX bytes, no field twice.
 */
int digest_parse(void *mem, const char *header, struct digest **ret) MUST_CHECK;

void digest_ha1(enum digest_algorithm algorithm, const char *user, const char *realm,
		const char *password, struct digest_ha1 *ret);

/* `out` has DIGEST_NONCE_MAX bytes.  Never the same twice; always of the same length. */
void digest_nonce(const char *realm, char *out);

/* The number in a nonce that we made, which no other has, and its time; false for other nonces. */
bool digest_nonce_read(const char *nonce, const char *realm, uint64_t *ret_number,
		       int64_t *ret_made_at);

/*
 * 0: it proves the HA1.  -E_CREDENTIALS: it does not.  -E_NONCE_STALE: it does,
 * but with a nonce that is older than `nonce_seconds` or not ours.  An HA1 of
 * zeros is proved by nothing.
 */
int digest_check(const struct digest *digest, const struct digest_ha1 *ha1, const char *realm,
		 const char *method, const char *path, const char *target,
		 unsigned nonce_seconds) MUST_CHECK;
