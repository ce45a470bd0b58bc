/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/import.h"

struct db;

/*
 * Tables out, page by page: what fleet/import.h takes.
 *
 * Devices with a product, in the order of their MACs; handsets and lines (of
 * devices without handsets) in that of MACs and slots.  Secrets are written
 * only with `reveal`, IMPORT_KEEP in their place otherwise.
 */

enum { EXPORT_PAGE = 200 }; /* devices */

struct export
{
	enum import_kind kind;
	int64_t group_id; /* 0: all */
	bool reveal;
	int64_t after;	 /* the last device that was written; -1: none yet */
	bool has_header; /* is written */
};

/* Appends the next page.  1 there is more, 0 it was the last. */
int export_next(struct db *db, struct export *export, struct buf *out) MUST_CHECK;
