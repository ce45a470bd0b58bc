/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/net.h"
#include "fleet/fleet.h"
#include "store/wpi_trust.h"

struct config_wpi;
struct wpi_client_cert;

/*
 * How far a desk phone is believed.
 *
 * A MAC is claimed, not proven, until the phone has a certificate of ours (secure
 * mode).  Until then a network, the address from which it called first, and a
 * time in which it may have its secrets once, are what can be asked of it.
 */

struct wpi_caller {
	int64_t mac;
	const struct net_address *address;
	bool asks_certificate;	 /* the listener that it came to does */
	const char *fingerprint; /* of a certificate that was verified; NULL: none */
	int64_t now;
};

struct wpi_verdict {
	struct wpi_trust trust; /* as it is stored, or nothing */
	char address[NET_TEXT_MAX];
	bool binds;	  /* it is to be bound to its address */
	bool is_secure;	  /* it has shown its certificate */
	bool shows_next;  /* for the first time */
	bool is_enrolled; /* it may have its secrets once */
	bool may_tell;	  /* it may have its secrets, for whatever reason */
	bool may_give;	  /* it may be given its next certificate */
};

/*
 * 0, or why the phone is sent away: -E_WPI_NETWORK, -E_WPI_ADDRESS,
 * -E_WPI_CERTIFICATE, -E_WPI_WEAK.  Reads one row, whether there is such a phone
 * or not; strings belong to `mem`.
 */
int wpi_trust_judge(void *mem, struct db *db, const struct config_wpi *config,
		    const struct wpi_caller *caller, struct wpi_verdict *ret) MUST_CHECK;

/* It is one of these, rather than a database that cannot be read. */
bool wpi_trust_is_refusal(int r);

/*
 * The same of what a phone asks beside its dialogues (DCMP, files), where it shows
 * no certificate: -E_WPI_NETWORK, -E_WPI_ADDRESS.  One that has a certificate is
 * not bound to an address.  Reads the same row.
 */
int wpi_trust_judge_place(void *mem, struct db *db, const struct config_wpi *config, int64_t mac,
			  const struct net_address *address) MUST_CHECK;

/* What comes of a message, in the transaction that keeps it; each audits itself. */
int wpi_trust_called(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		     int64_t now) MUST_CHECK;
int wpi_trust_told(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		   int64_t now) MUST_CHECK;
int wpi_trust_taken(struct change *change, int64_t mac, int64_t now) MUST_CHECK;
int wpi_trust_gave(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		   int64_t now) MUST_CHECK;

/*
 * Commands of people.  -E_MAC_UNKNOWN, -E_WPI_NOT_ONE.  `ret` is how it stands then.
 *
 * Enrolling a phone lets it have its secrets once more; securing it lets it have
 * `cert` (wpi_authority_issue()), which counts from when it shows it.  Both for
 * `seconds`.  Insecure takes all certificates back.
 */
int fleet_wpi_release(struct change *change, int64_t mac, struct wpi_trust *ret) MUST_CHECK;
int fleet_wpi_enrol(struct change *change, int64_t mac, int64_t seconds,
		    struct wpi_trust *ret) MUST_CHECK;
int fleet_wpi_secure(struct change *change, int64_t mac, const struct wpi_client_cert *cert,
		     int64_t seconds, struct wpi_trust *ret) MUST_CHECK;
int fleet_wpi_insecure(struct change *change, int64_t mac, struct wpi_trust *ret) MUST_CHECK;
