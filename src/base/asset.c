/* SPDX-License-Identifier: MIT */
#include "base/asset.h"

#include <string.h>

/* Made by the build from the tree, sorted by name, closed by a row without name. */
extern const struct asset asset_rows[];

const struct asset *asset_find(const char *name)
{
	for (const struct asset *a = asset_rows; a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

const struct asset *asset_next(const char *prefix, const struct asset *last)
{
	for (const struct asset *a = last ? last + 1 : asset_rows; a->name; a++)
		if (strncmp(a->name, prefix, strlen(prefix)) == 0)
			return a;
	return NULL;
}
