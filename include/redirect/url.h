/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/*
 * URLs of registrations.
 *
 * Placeholders (%MACD %MACC %DVID %DURL %ACTC %SUBLIST %%) are not legal
 * percent-encoding, so they are taken out before a URL parser sees the rest.
 * %25MACD, as some integrators write it, is legal and stays.
 */

enum { URL_MAX = 1024 };

struct config_words;

/* 0, or why not: -E_TEXT_*, -E_URL_*.  `schemes` NULL: http and https. */
int url_check(const char *url, const struct config_words *schemes, struct diag *reterr) MUST_CHECK;

/* Whether it begins with one of them and ://. */
bool url_scheme_is(const char *url, const struct config_words *schemes);

/* The URL as people may see it: without the password of user:password@. */
char *url_redact(void *mem, const char *url);

/* Of a download: without any user and without what follows the `?`, which may be a token. */
char *url_redact_query(void *mem, const char *url);

/* True when every device gets a URL of its own: there is a placeholder for the device. */
bool url_is_per_device(const char *url);
