/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* Files of the source tree that the build puts into the program: sql/, later the web pages. */

struct asset {
	const char *name; /* path in the tree: "sql/sqlite/0001-foundation.sql" */
	const char *data; /* followed by a NUL */
	size_t len;
};

/* NULL when the build had no such file. */
const struct asset *asset_find(const char *name);

/*
 * The next asset whose name begins with `prefix`, in name order, after `last`
 * (NULL: the first).  NULL at the end.
 */
const struct asset *asset_next(const char *prefix, const struct asset *last);
