/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/*
 * What logins leave behind, in tables of a fixed size: passwords that were
 * verified and nonce counts that were used.  From any thread.
 */

enum { LOGIN_KEY_BYTES = 32 };

/* Once, before threads; forgets everything. */
void login_memory_setup(void);
void nonce_memory_setup(void);

/* Keyed, so that what is kept is of no use to anybody else. */
void login_key(const char *name, const char *password, uint8_t out[LOGIN_KEY_BYTES]);
bool login_is_known(const uint8_t key[LOGIN_KEY_BYTES], int64_t version, int64_t now);
void login_remember(const uint8_t key[LOGIN_KEY_BYTES], int64_t version, int64_t until);

/*
 * Uses up the count `nc` of the nonce with that number (digest_nonce_read()).
 * -E_NONCE_STALE when it has been used, or when that cannot be known any more.
 */
int nonce_use(uint64_t number, uint32_t nc) MUST_CHECK;
