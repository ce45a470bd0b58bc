/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Checks on text, and hex. */

/*
 * 0, or -E_TEXT_ENCODING for what is not UTF-8 (overlong forms and surrogates
 * included), -E_TEXT_CHARACTER for a code point that XML 1.0 does not allow.
 * `reterr_at` (may be NULL) gets the offset of the first bad byte.
 */
int text_check(const char *s, size_t len, size_t *reterr_at) MUST_CHECK;

/*
 * The same for a whole string that is stored and shown on one line: between 1
 * and `max` bytes, no control characters at all.
 */
int text_check_line(const char *s, size_t max) MUST_CHECK;

/* And for a name by which people know something: -E_TEXT_EDGE for blanks at either end. */
int text_check_name(const char *s, size_t max) MUST_CHECK;

/* "1 device", "2 devices"; the plural is `one` with an s. */
char *text_count(void *mem, int64_t count, const char *one);

/* Line and column of the byte at `at`, both from one. */
void text_place(const char *text, const char *at, unsigned *ret_line, unsigned *ret_column);

/* Value of a hex digit, or -1. */
int hex_digit(char c);

/* Writes 2 × len digits and a NUL. */
void hex_encode(char *out, const uint8_t *data, size_t len);

/* Reads exactly 2 × len digits; false when there is anything else. */
bool hex_decode(uint8_t *out, size_t len, const char *s, size_t s_len);

/* A whole decimal number within the bounds; false for anything else, spaces and signs included. */
bool text_to_uint(const char *s, uint64_t max, uint64_t *ret);
