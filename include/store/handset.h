/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/mac.h"

struct db;
struct secret;

/*
 * DECT handsets, as stored.  A handset belongs to one device and sits in one
 * of its slots, which count from 1 in the order of adding.
 */

struct handset {
	int64_t mac;
	int slot;
	char ipui[IPUI_LEN + 1];
	const char *name;	  /* NULL: none */
	const struct secret *pin; /* DECT_AC; NULL: none */
	const char *origin;	  /* "hand" or "import" */
	int64_t created_at;
};

/* In slot order. */
int handset_list(void *mem, struct db *db, int64_t mac, struct handset **ret,
		 size_t *ret_count) MUST_CHECK;
/* The slots that are taken, in their order, as "1,2,5"; "" for none. */
int handset_slot_text(void *mem, struct db *db, int64_t mac, char **ret) MUST_CHECK;
int handset_count(struct db *db, int64_t mac, int64_t *ret) MUST_CHECK;

/* Whichever device it belongs to: 1 found, 0 not. */
int handset_find(void *mem, struct db *db, const char *ipui, struct handset **ret) MUST_CHECK;

/*
 * Takes the lowest free slot from `handset->slot` on (0: of all) and tells it
 * there.  Looking for it costs as many steps as there are taken slots on the
 * way, so whoever adds many goes on behind the last.  -E_DB_CONSTRAINT when
 * the IPUI is taken.
 */
int handset_insert(struct db *db, struct handset *handset) MUST_CHECK;
int handset_delete(struct db *db, int64_t mac, int slot) MUST_CHECK;
