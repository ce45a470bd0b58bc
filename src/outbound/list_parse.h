/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "fleet/upstream.h"

/*
 * An answer of listDevices in pieces: [[MAC, NAME, URL, DATE]…].  xmlrpc-c would
 * need the whole of it, and hundreds of bytes for each of its values; libxml2's
 * push parser holds one row.
 */

struct list_parse;

struct list_parse *list_parse_new(void *mem, size_t rows_max, upstream_each *each, void *arg);

/* -E_UPSTREAM_ANSWER, -E_UPSTREAM_LONG, or what `each` returned. */
int list_parse_bytes(struct list_parse *parse, const char *data, size_t len,
		     struct diag *reterr) MUST_CHECK;

/* At the end of the bytes. */
int list_parse_end(struct list_parse *parse, struct diag *reterr) MUST_CHECK;
