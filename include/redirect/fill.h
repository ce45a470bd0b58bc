/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/*
 * Placeholders of registered URLs, filled in for one phone.
 *
 * What is NULL here cannot be filled in and stays in the URL as it is: phones
 * know the same placeholders.  Values go in as they are, once; a placeholder
 * inside of a value is none.
 */

enum { FILL_MAX = 2048 }; /* bytes of a result: it goes into a header */

struct config_words;

struct fill {
	const char *mac;      /* %MACD, %MACC, %25MACD, %25MACC: twelve upper-case hex digits */
	const char *dvid;     /* %DVID: "83/1" */
	const char *data_url; /* %DURL; a scheme before it and slashes behind it are left out */
	const char *code;     /* %ACTC: the activation code without its password */
	const char *slots;    /* %SUBLIST: "1,2,5" */
};

/*
 * The result belongs to `mem` and is a URL with one of `schemes` (NULL: http
 * and https), of printable ASCII, good for a header.  -E_URL_SCHEME,
 * -E_URL_CHARACTER, -E_TEXT_LONG.
 */
int fill_url(void *mem, const char *url, const struct config_words *schemes,
	     const struct fill *fill, char **ret) MUST_CHECK;

/* Whether %SUBLIST is in it, which is not for nothing. */
bool fill_wants_slots(const char *url);
