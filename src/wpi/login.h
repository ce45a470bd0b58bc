/* SPDX-License-Identifier: MIT */
#pragma once

#include "db/writer.h"
#include "dialogue.h"
#include "fleet/wpi_told.h"
#include "fleet/wpi_trust.h"
#include "store/wpi_phone.h"

/* A message on its way through the service: parsed, understood, answered, kept. */

struct rendition;
struct view;

struct login {
	struct request *req;
	const struct config *config;
	int64_t now;
	int64_t mac; /* -1: not known */
	struct wpi_message *message;
	struct wpi_phone *phone; /* as it is stored */
	struct dialogue *dialogue;
	struct wpi_policy policy;

	/* What the phone is to have, where the step needs to know. */
	bool has_wants;
	const struct view *view;
	struct rendition *rendition;
	bool is_new_rendition; /* to be stored */
	struct wpi_wanted *wanted;
	size_t wanted_count;

	struct wpi_verdict verdict; /* how far the phone is believed */

	bool was_idle;
	struct wpi_turn turn;
	const char *outcome; /* of the dialogue, when it has ended with this turn */
	const char *given;   /* the ETag of the document that the phone has now; NULL */
	int64_t operations;
};

/*
 * wants.c: reads what the phone is to have.  0, or why that is not known, which
 * has been logged; `ret` hangs on the request.
 */
int wants_read(struct login *login, struct wpi_wants *ret) MUST_CHECK;
/*
 * The same of a phone that opens a dialogue, if it says that nothing was changed at it
 * and is believed; nothing is asked of it when it has all that it is to have.
 */
int wants_unchanged(struct login *login, struct wpi_wants *ret) MUST_CHECK;
/* What is not compared in this turn. */
void wants_nothing(struct wpi_wants *ret);
/* What the values were that are sent from now on; for when the phone answers. */
void wants_mark(struct login *login);

/* orders.c: puts what is ordered for the phone into `ret`; keeps what became of it. */
int orders_read(struct login *login, struct wpi_wants *ret) MUST_CHECK;
int orders_keep(struct db *db, void *mem, const struct login *login, struct diag *diag) MUST_CHECK;

/*
 * secure.c: puts before all orders the one by which the phone gets its certificate,
 * where it may; whether a record is of that one.
 */
int secure_order(struct login *login, struct wpi_wants *wants) MUST_CHECK;
bool secure_is_order(const struct wpi_record *record);

/* keep.c: whether the turn has told anything that is kept; a write operation that keeps it. */
bool keep_is_needed(const struct login *login);
writer_op keep_turn;
/* After the commit, or where there was none. */
void keep_tell(const struct login *login);
