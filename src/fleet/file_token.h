/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Of a link for one device: `len` digits, an even number, and a NUL, of a keyed hash
 * over MAC and name, whose key is derived for the purpose.
 */
void file_token(const char *purpose, int64_t mac, const char *name, char *out, size_t len);
