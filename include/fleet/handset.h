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
	bool now; /* does not wait for a device that has not been told yet to forget it */
};

/* -E_IPUI_EXISTS names the device that has it.  -E_SLOT_TAKEN.  `ret` belongs to change->mem. */
int fleet_handset_add(struct change *change, int64_t mac, const struct handset_new *new,
		      struct handset **ret) MUST_CHECK;

/* What changes of a handset and its line. */
struct handset_change {
	bool has_name, has_pin, has_user, has_auth, has_password, has_display, has_sip;
	const char *ipui; /* NULL: as it is */
	const char *name;
	const struct secret *pin;
	const char *user; /* NULL: no line any more */
	const char *auth;
	const struct secret *password;
	const char *display;
	const char *sip;
	bool force;
};

/*
 * `key` is the IPUI or the slot.  An IPUI that is told keeps slot and line;
 * one that is known does not change: -E_IPUI_KNOWN.  Names that were those of
 * the user (or the handset) go on being them.
 */
int fleet_handset_set(struct change *change, int64_t mac, const char *key,
		      const struct handset_change *set, struct handset **ret) MUST_CHECK;

/*
 * Takes it out of the document at once and adds the operation that makes the
 * device forget it.  delete_hs and ToDeReg name an IPUI; one that is known by
 * its slot alone can only be removed by absence, from a document with
 * DeleteNotProvisionedHS, and its slot is not free until that was fetched.
 * -E_REMOVAL when no document to come will carry that.
 */
int fleet_handset_remove(struct change *change, int64_t mac, const char *key,
			 enum operation_mode mode) MUST_CHECK;

struct handset_move {
	int64_t mac; /* where to */
	int slot;    /* 0: the first free one */
	bool now;    /* does not wait for the device that it comes from */
};

/*
 * To another device, with name, PIN, line and settings.  It is removed there
 * first: the new document adds it when the old device has fetched one that
 * removes it.  On the device where it is already, `now` ends the waiting.
 */
int fleet_handset_move(struct change *change, const char *ipui, const struct handset_move *move,
		       struct handset **ret) MUST_CHECK;
