/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/oper.h"

/*
 * Commands on opers: trunk assignments, a spare DECT manager, and whatever
 * else a device's document is to hold as it stands.  They belong to the
 * document's body.
 */

struct document;
struct document_oper;
struct handset;

struct oper_new {
	const char *name;
	const char *value;	    /* NULL: none */
	const struct param *params; /* in order */
	size_t param_count;
	bool force; /* takes names that are not known, and values that look wrong */
};

/*
 * -E_OPER_MADE for those that the renderer makes, -E_OPER_UNKNOWN for a name
 * that opers.def lacks, -E_OPER_FORM for what looks wrong; the last two are
 * words in `ret_warning` (NULL: none) when forced.
 */
int fleet_oper_add(struct change *change, int64_t mac, const struct oper_new *new, int64_t *ret_id,
		   const char **ret_warning) MUST_CHECK;
int fleet_oper_remove(struct change *change, int64_t mac, int64_t id) MUST_CHECK;

/*
 * The device's opers into its document, whose handsets are there already.  One
 * that names a handset that the device does not have is left out: the phone
 * could do nothing with it.  `ret_left_out` counts those.
 */
int oper_read(void *mem, struct db *db, struct document *document, size_t *ret_left_out) MUST_CHECK;

/* Whether it names a handset that the document does not have. */
bool oper_names_a_stranger(const struct document *document, const struct document_oper *oper);
