/* SPDX-License-Identifier: MIT */
#pragma once

#include "wpi/flow.h"

struct sent_order {
	char *id;
	int64_t at;
};

struct wpi_session {
	enum wpi_state state;
	char mac[WPI_WORD_MAX + 1];
	int64_t heard_at;
	unsigned turns;
	unsigned max_items;	/* of the phone; 0: no limit */
	bool tells_when_idle;	/* it understands send-solicited */
	bool observes;		/* differences are recorded and not written */
	enum wpi_reason reason; /* that opened the dialogue */
	size_t withheld;	/* what it is to have and may not, when that was compared */
	bool changes_attached;	/* local changes were in the message itself */
	enum wpi_action asked;	/* last, GetNextFragment excepted */

	void *dialogue; /* memory of what follows */
	void *reading;	/* memory of items of a reply of which more is to come */
	struct wpi_item *read;
	size_t read_count;
	bool is_excerpt;		 /* `read`, and then `told`, lack what nobody asks for */
	size_t heard_count, heard_bytes; /* of all that belongs to the reply so far */
	unsigned fragments;
	void *telling; /* memory of the items of the last whole reply, until the turn is over */
	struct wpi_item *told;
	size_t told_count;
	struct wpi_item *writes; /* by index and name */
	size_t write_count;
	size_t batch, batch_count; /* the items of `writes` that are on their way */
	const char *order;	   /* that is on its way; NULL: none */

	struct sent_order *orders; /* outlives dialogues, or a failing file were fetched for ever */
	size_t order_count;

	char nonce[WPI_NONCE_MAX + 1]; /* of the last message */
	uint64_t digest;
	bool one_nonce;		/* the phone keeps its nonce: what says the same is no duplicate */
	enum wpi_action action; /* of the last answer */
	struct secret *answer;	/* NULL: there was none yet */

	void *turn; /* memory that is good until the next step */
};

/* Begins memory of a dialogue anew. */
void session_open(struct wpi_session *session);

/* A step on its way. */
struct step {
	struct wpi_session *session;
	const struct wpi_message *message;
	const struct wpi_wants *wants;
	const struct wpi_policy *policy;
	int64_t now;
	struct wpi_turn *ret;
	struct wpi_record *records;
	size_t record_count;
};

typedef void step_function(struct step *step);
#define FLOW(state, reason, outcome, step, what) step_function step_##step;
#include "wpi/flows.def"
#undef FLOW
/* When a dialogue has become too long. */
step_function step_given_up;

struct wpi_record *step_record(struct step *step, enum wpi_record_kind kind,
			       const struct wpi_item *item);

/* Sets the answer, and what the dialogue waits for. */
void step_say(struct step *step, enum wpi_action action, const struct wpi_item *items, size_t count,
	      enum wpi_entities entities);

/* Sends the next order that is due then; false when there is none. */
bool step_order(struct step *step, bool first);
/* Forgets that it was sent, so that it can be sent again at once. */
void step_order_undo(struct wpi_session *session, const char *id);

/* What the phone has told that counts. */
enum view {
	VIEW_WHOLE,   /* all of its items */
	VIEW_PART,    /* only what it has told is compared */
	VIEW_NOTHING, /* nothing: everything differs */
};

/* Makes `writes` of what differs. */
void compare_items(struct step *step, const struct wpi_item *told, size_t count, enum view view);

/*
 * The next batch of `writes`: within the limits, and of one index (a key, say) all
 * or nothing where that is possible.  false when nothing is left.
 */
bool batch_next(struct wpi_session *session, const struct wpi_policy *policy);
