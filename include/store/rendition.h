/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct db;

/* Renditions: the exact bytes a device is given, sealed at rest since they hold passwords. */

struct rendition {
	int64_t mac;
	const char *revision;	/* of what it was made from */
	const char *etag;	/* with its quotes */
	int64_t until_at;	/* an operation begins or ends then; 0: never */
	const char *handsets;	/* IPUIs that it adds, separated by blanks */
	const char *operations; /* ids that it carries, separated by blanks */
	const char *document;	/* clear */
	size_t document_len;
	int64_t made_at;
	int64_t given_at; /* first fetch; 0: none yet */
};

/* 1 found, 0 not; -E_SEAL when the key is another one. */
int rendition_find(void *mem, struct db *db, int64_t mac, struct rendition **ret) MUST_CHECK;
/* Sets or replaces; it has not been given yet. */
int rendition_put(struct db *db, const struct rendition *rendition) MUST_CHECK;

/*
 * The device has it: 1 for the first time (and which operations it carried), 0
 * when this was known or the device's rendition is another one by now.
 */
int rendition_given(void *mem, struct db *db, int64_t mac, const char *etag, int64_t at,
		    char **ret_operations) MUST_CHECK;

/* IPUIs of the last document that the device was given; "" when there is none. */
int rendition_handsets_given(void *mem, struct db *db, int64_t mac, char **ret) MUST_CHECK;

/* And those of the current one, which may be on its way: words separated by blanks. */
int rendition_handsets_known(void *mem, struct db *db, int64_t mac, char **ret) MUST_CHECK;
