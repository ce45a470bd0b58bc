/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"
#include "store/operation.h"

struct handset;
struct secret;

/* Commands on handsets and their lines. */

struct handset_new {
	const char *ipui;	       /* NULL: not known yet; then a PIN is required */
	int slot;		       /* 0: the first free one; else exactly this one */
	const char *origin;	       /* NULL: "hand"; or "import" */
	const char *name;	       /* NULL: none */
	const struct secret *pin;      /* NULL: none */
	const char *user;	       /* NULL: no line */
	const char *auth;	       /* NULL: as user */
	const struct secret *password; /* NULL: none */
	const char *display;	       /* NULL: the name, or else the user */
	const char *sip;	       /* name of a SIP server; required with user */
	bool force;		       /* takes easy PINs */
};

/* What can be told to be wrong without the fleet; -E_TEXT_*, -E_PIN, -E_FIELD_MISSING. */
int fleet_handset_check(struct change *change, const struct handset_new *new) MUST_CHECK;

/* -E_IPUI_EXISTS names the device that has it.  -E_SLOT_TAKEN.  `ret` belongs to change->mem. */
int fleet_handset_add(struct change *change, int64_t mac, const struct handset_new *new,
		      struct handset **ret) MUST_CHECK;

/*
 * Takes it out of the document at once and adds the operation that makes the
 * device forget it.
 */
int fleet_handset_remove(struct change *change, int64_t mac, const char *ipui,
			 enum operation_mode mode) MUST_CHECK;
