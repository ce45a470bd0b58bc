/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* The cookie by which a phone's messages belong to a dialogue. */

enum { COOKIE_LEN = 32 };

void cookie_make(char out[COOKIE_LEN + 1]);

/* The value of a Set-Cookie header; belongs to `mem`. */
const char *cookie_header(void *mem, const char cookie[COOKIE_LEN + 1]);

/*
 * The next value of ours in the bytes of a Cookie header, behind `*at`, which
 * moves on; NULL at the end.  Phones send back all of Set-Cookie, its attributes too,
 * and cookies of other servers.
 */
const char *cookie_next(const char **at, char out[COOKIE_LEN + 1]);
