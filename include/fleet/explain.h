/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

struct config;
struct db;
struct device_fetch;
struct net_address;
struct view;

/*
 * What a phone's request would come to, and why: the decisions of the phone
 * plane made once more, by the same functions, with a step put down for each.
 * Nothing is written, counted or kept.
 *
 * A step is {step, outcome, reason, words, todo} and what else there is to tell
 * of it.  `reason` and `todo` are null where there is none; the first come from
 * errors.def, the second from advice.def.
 */

enum explain_outcome {
	EXPLAIN_OK,	 /* it goes on */
	EXPLAIN_NOTE,	 /* it goes on, but somebody should look */
	EXPLAIN_HELD,	 /* the phone gets less than is asked for here */
	EXPLAIN_REFUSED, /* the phone gets nothing */
};

/* What the phone is taken to prove itself with. */
enum explain_proof {
	EXPLAIN_PROOF_GOOD, /* what is known of it, if anything is */
	EXPLAIN_PROOF_NONE,
	EXPLAIN_PROOF_WRONG,
	EXPLAIN_PROOF_STALE, /* right, but over an old nonce */
	EXPLAIN_PROOF_OTHER, /* not Digest */
	EXPLAIN_PROOF_GARBLED,
};

/* -1: no such word. */
int explain_proof_parse(const char *s);

struct explain {
	void *mem;
	struct db *db;
	const struct config *config;
	int64_t at;			/* UTC seconds; may be to come */
	const struct net_address *from; /* NULL: from where nothing is open */
	enum explain_proof proof;
	bool is_admin; /* is shown ETags */

	const char *file; /* of version 1.0, made of the document; NULL: the document itself */

	json_t *steps;
	int64_t mac;	 /* -1: not known */
	bool asks_where; /* it is asked for the redirection, not for a document */
	int status;	 /* of a good answer: 200, 307 */
	int reason;	 /* why there is none: a row of errors.def; 0: there is one */
	int face;	 /* what the wire says instead of the reason */
};

/* An explanation's steps so far; `details` (taken over) adds fields to the step. */
void explain_say(struct explain *explain, const char *step, enum explain_outcome outcome,
		 int reason, json_t *details_steal, const char *format, ...) PRINTF(6, 7);

/* Says so, and that this is the answer; `r` is negative. */
void explain_refuse(struct explain *explain, const char *step, int r, const char *format, ...)
	PRINTF(4, 5);

/* Why it is refused, with the generic face of a denial; says nothing. */
void explain_deny(struct explain *explain, int r, bool is_open);

/* null for 0 and NULL; bytes that are no text become question marks. */
json_t *explain_time(int64_t at);
json_t *explain_text(const char *s);
/* "2026-05-31 14:59:00 UTC", in the zone of [daemon] timezone, as tables are. */
const char *explain_when(struct explain *explain, int64_t at);

/*
 * The three things that phones ask for.  Negative only when the database cannot
 * be read at all; whatever else is wrong is a step.
 */
int explain_document(struct explain *explain) MUST_CHECK;
int explain_redirect(struct explain *explain) MUST_CHECK;
/* The same of a desk phone that boots. */
int explain_wpi(struct explain *explain) MUST_CHECK;
int explain_activation(struct explain *explain, const char *code) MUST_CHECK;

/* Firmware, by a link of explain->mac; by its name alone, where explain->mac may be -1: anybody's. */
int explain_firmware_link(struct explain *explain, const char *token, const char *name) MUST_CHECK;
int explain_firmware(struct explain *explain, const char *name) MUST_CHECK;

/* Parts of them. */
/* What is asked of explain->mac, and whether it gets on; `ret` NULL: there is no such device. */
int explain_proven(struct explain *explain, bool is_open, struct device_fetch **ret) MUST_CHECK;
void explain_gate(struct explain *explain, const struct view *view);
void explain_choice(struct explain *explain, const struct view *view);
int explain_proof_of(struct explain *explain, bool is_open, bool can_prove);
int explain_registration(struct explain *explain) MUST_CHECK;
/* Whether a desk phone would be believed that calls from explain->from. */
int explain_wpi_trust(struct explain *explain) MUST_CHECK;
/* What a desk phone is still to do. */
int explain_orders(struct explain *explain) MUST_CHECK;
int explain_handsets(struct explain *explain) MUST_CHECK;
int explain_traces(struct explain *explain) MUST_CHECK;
int explain_notify(struct explain *explain, const struct device_fetch *fetch) MUST_CHECK;
int explain_made(struct explain *explain, const struct device_fetch *fetch) MUST_CHECK;
