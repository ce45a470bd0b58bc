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
 * of its slots, which count from 1.  It is known by its IPUI; as long as that
 * is not known, by its slot, and then whoever types its PIN into a handset is
 * it.
 */

enum { HANDSET_SLOT_MAX = 20000 };

struct handset {
	int64_t mac;
	int slot;
	char ipui[IPUI_LEN + 1];  /* "": not known yet; then there is a PIN */
	const char *name;	  /* NULL: none */
	const struct secret *pin; /* DECT_AC; NULL: none */
	const char *origin;	  /* "hand" or "import" */
	int64_t waits_mac;	  /* added only after this device was told to forget it; 0: none */
	int64_t added_at;	  /* first fetch that carried its add_hs; 0: none yet */
	int64_t registered_at;	  /* and since when its IPUI was known, too; 0: not yet */
	int64_t created_at;
};

/* What documents call it: the IPUI, or the slot as "00001".  Is `key`. */
const char *handset_key(const struct handset *handset, char key[IPUI_LEN + 1]);

/* The scope of its settings: "handset:029e74a599", "handset:7C2F80E0D605-00001" by its slot. */
char *handset_scope(void *mem, const struct handset *handset);

/* In slot order. */
int handset_list(void *mem, struct db *db, int64_t mac, struct handset **ret,
		 size_t *ret_count) MUST_CHECK;
/* Those that no fetch has added yet, in slot order. */
int handset_list_new(void *mem, struct db *db, int64_t mac, struct handset **ret,
		     size_t *ret_count) MUST_CHECK;
/* Those of whatever device that wait for this one. */
int handset_list_waiting(void *mem, struct db *db, int64_t waits_mac, struct handset **ret,
			 size_t *ret_count) MUST_CHECK;
/* The slots that are taken, in their order, as "1,2,5"; "" for none. */
int handset_slot_text(void *mem, struct db *db, int64_t mac, char **ret) MUST_CHECK;
/* At the price of one row, however many there are. */
int handset_count(struct db *db, int64_t mac, int64_t *ret) MUST_CHECK;

/* Whichever device it belongs to: 1 found, 0 not. */
int handset_find(void *mem, struct db *db, const char *ipui, struct handset **ret) MUST_CHECK;
/* 1 found, 0 not. */
int handset_at(void *mem, struct db *db, int64_t mac, int slot, struct handset **ret) MUST_CHECK;

/*
 * Takes the lowest free slot from `handset->slot` on (0: of all) and tells it
 * there; one whose handset is being removed by absence is not free.  Where no
 * slot is free between others, and `handset->slot` is 0, this costs the same
 * however many there are.  -E_DB_CONSTRAINT when the IPUI is taken.
 */
int handset_insert(struct db *db, struct handset *handset) MUST_CHECK;
/* All columns but mac, slot and created_at. */
int handset_update(struct db *db, const struct handset *handset) MUST_CHECK;
int handset_delete(struct db *db, int64_t mac, int slot) MUST_CHECK;
