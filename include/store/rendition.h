/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Renditions: the exact bytes a device is given, sealed at rest since they hold passwords. */

struct rendition {
	int64_t mac;
	const char *revision; /* of what it was made from */
	const char *etag;     /* with its quotes */
	int64_t until_at;     /* an operation begins or ends then; 0: never */
	int64_t handsets;     /* how many it adds */
	int64_t operations;   /* how many it carries */
	const char *document; /* clear */
	size_t document_len;
	int64_t made_at;
};

/* 1 found, 0 not; -E_SEAL when the key is another one. */
int rendition_find(void *mem, struct db *db, int64_t mac, struct rendition **ret) MUST_CHECK;
/* Sets or replaces. */
int rendition_put(struct db *db, const struct rendition *rendition) MUST_CHECK;
