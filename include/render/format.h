/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "render/document.h"

/* Formats (formats.def) and the products that take them (products.def). */

/*
 * Grows when a format's output changes for the same input, so that renditions
 * made by an older program are made again.
 */
enum { RENDER_VERSION = 1 };

/* What stands in place of a secret in a preview. */
#define RENDER_REDACTED "********"

struct format {
	const char *name;
	const char *content_type;
	/*
	 * `reveal` false puts RENDER_REDACTED in place of secrets.
	 * -E_TEXT_ENCODING, -E_TEXT_CHARACTER, -E_TEXT_EMPTY for a value that
	 * must not be written; `reterr` names the parameter, never its value.
	 */
	int (*render)(void *mem, const struct document *document, bool reveal, struct buf **ret,
		      struct diag *reterr);
};

struct product {
	const char *name;
	const struct format *format;
	const char *dvid; /* %DVID */
	int handsets_max; /* 0: not a DECT system */
	const char *what; /* "Gigaset N870 IP PRO" */
};

/* NULL when there is none. */
const struct product *product_find(const char *name);
/* After `last` (NULL: the first), in the table's order; NULL at the end. */
const struct product *product_next(const struct product *last);

/* Whether a setting of this name would contradict what the format writes by itself. */
bool product_reserves(const struct product *product, const char *setting_name);
