/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "store/mac.h"

struct db;
struct secret;

/*
 * Operations: the part of a document that is not its body.  Each has a time
 * from which it is written and one until which; no end means until a fetch has
 * carried it and fleet has decided when it is over.
 */

enum operation_kind { OPERATION_REMOVE_HANDSET, OPERATION_OPEN_REGISTRATION, OPERATION_FIRMWARE };
/* delete_hs; ToDeReg; by what a document with DeleteNotProvisionedHS lacks */
enum operation_mode {
	OPERATION_DELETE,
	OPERATION_DEREGISTER,
	OPERATION_ABSENCE,
	/* Never stored: */
	OPERATION_FORGET, /* the device is told nothing */
	OPERATION_CHOSEN, /* as its firmware and what is known of the handset allow */
};

struct operation {
	int64_t id;
	int64_t mac;
	enum operation_kind kind;
	char ipui[IPUI_LEN + 1];       /* remove_handset; "": not known, then by absence */
	int slot;		       /* that the removed handset had; 0: not known */
	const char *name;	       /* that the removed handset had; NULL: none */
	enum operation_mode mode;      /* remove_handset */
	const char *dm;		       /* the DECT manager's name; NULL for remove_handset */
	int64_t start_at;	       /* RegStart, FwUpdateStart: epoch */
	int64_t duration;	       /* RegDuration: seconds */
	const struct secret *password; /* DMPpasswd; NULL: none */
	const char *url;	       /* FwUpdateUrl; NULL: none */
	int64_t from_at;
	int64_t until_at;   /* 0: open */
	int64_t carried_at; /* first fetch that carried it; 0: none yet */
	int64_t created_at;
};

const char *operation_kind_name(enum operation_kind kind);
int operation_kind_parse(const char *s, enum operation_kind *ret) MUST_CHECK;
const char *operation_mode_name(enum operation_mode mode);
int operation_mode_parse(const char *s, enum operation_mode *ret) MUST_CHECK;

/* By id; all of them, whatever their times. */
int operation_list(void *mem, struct db *db, int64_t mac, struct operation **ret,
		   size_t *ret_count) MUST_CHECK;
int operation_insert(struct db *db, struct operation *operation) MUST_CHECK;
/* 1 there was one, 0 not. */
int operation_delete(struct db *db, int64_t mac, int64_t id) MUST_CHECK;
/* A removal of that handset which is under way; 1 there was one, 0 not. */
int operation_delete_removal(struct db *db, int64_t mac, const char *ipui) MUST_CHECK;
/* Removals of that handset, whatever device they are for, by id. */
int operation_list_removals(void *mem, struct db *db, const char *ipui, struct operation **ret,
			    size_t *ret_count) MUST_CHECK;
/* Drops all, of whatever device, that ended before. */
int operation_forget(struct db *db, int64_t before) MUST_CHECK;
/* Marks those that are shown at `at` as carried, once. */
int operation_carried(struct db *db, int64_t id, int64_t at, int64_t until_at) MUST_CHECK;
