/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a with 64 bits: quick, and no secret, so whoever chooses the bytes can make
 * two that are the same.  Its upper bits are better than its lower ones: a table
 * folds them.  It stays as it is: phones' places in their windows come of it.
 */

uint64_t hash_bytes(const void *data, size_t len);
uint64_t hash_text(const char *s);
