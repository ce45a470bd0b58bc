/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Secrets are a type.
 *
 * A struct secret holds clear text that must not be shown.  It has no
 * conversion to a string that a log or a JSON writer would take by accident;
 * whoever needs the text says secret_reveal().  At rest a secret is sealed
 * (XChaCha20-Poly1305 under the file key), bound to the place that it was
 * sealed for, so that a value of one column is none of another.
 */

struct secret;

enum {
	SECRET_TEXT_MAX = 512,	   /* bytes of a password or the like */
	SECRET_SEAL_OVERHEAD = 41, /* bytes that sealing adds */
	SECRET_FINGERPRINT_LEN = 16,
};

/*
 * Reads the key from `path`, or makes one (mode 0600) when there is no file
 * and `may_create`.  A key that others may read is refused.  Once, before threads.
 */
int secret_setup(const char *path, bool may_create, struct diag *reterr) MUST_CHECK;

/* The text is copied, and wiped when the secret is freed. */
struct secret *secret_new(void *mem, const char *text);
struct secret *secret_new_bytes(void *mem, const void *data, size_t len);
struct secret *secret_copy(void *mem, const struct secret *secret);

/* 128 random bits as 32 lower-case hex digits. */
struct secret *secret_generate(void *mem);

/* The clear text.  Every call is a place where a secret leaves its type. */
const char *secret_reveal(const struct secret *secret);
size_t secret_len(const struct secret *secret);

/* In constant time for equal lengths. */
bool secret_equals(const struct secret *a, const struct secret *b);

/* 16 hex digits of a keyed hash: tells whether two secrets are the same, and nothing else. */
void secret_fingerprint(const struct secret *secret, char out[SECRET_FINGERPRINT_LEN + 1]);

/*
 * Seals any bytes for the place `where` ("device.secret").  `ret` gets
 * len + SECRET_SEAL_OVERHEAD bytes under `mem`.
 */
void secret_seal(void *mem, const char *where, const void *data, size_t len, uint8_t **ret,
		 size_t *ret_len);

/* -E_SEAL when the bytes were not sealed for `where` under this key.  A NUL follows the bytes. */
int secret_unseal(void *mem, const char *where, const void *sealed, size_t sealed_len, char **ret,
		  size_t *ret_len) MUST_CHECK;

/* A key for another purpose, derived from the file key; always the same for the same purpose. */
void secret_derive(const char *purpose, uint8_t key[32]);
