/* SPDX-License-Identifier: MIT */
#pragma once

#include "wpi/answer.h"
#include "wpi/message.h"

/*
 * The dialogue with a desk phone, as a function: a message in, an answer out.
 *
 * A session is what is remembered of one phone between its messages.  Which
 * session a message belongs to (cookie, connection, address) is for the caller,
 * and so is whether the phone is known at all.  wpi_step() has no clock, no
 * database and no socket; what is to be kept comes out as records.
 *
 * A dialogue ends within a bound that the policy sets, whatever the phone says,
 * and nothing is written that the phone has, refused, or was given in vain
 * `writes_max` times: what the phone says of our own writing starts nothing.
 */

struct wpi_session;

enum wpi_state {
#define STATE(id, what) WPI_STATE_##id,
#include "wpi/states.def"
#undef STATE
	WPI_STATE_COUNT,
};

enum wpi_record_kind {
#define RECORD(id, end, what) WPI_RECORD_##id,
#include "wpi/records.def"
#undef RECORD
	WPI_RECORD_COUNT,
};

struct wpi_record {
	enum wpi_record_kind kind;
	const struct wpi_item
		*item;	   /* that it is about; as the phone tells it, or as it was sent */
	const char *order; /* its id */
	const char *words; /* why, in addition; never a value */
};

/* An item as it should be.  The later one counts when there are two of the same name and index. */
struct wpi_want {
	struct wpi_item item;
	unsigned writes;    /* how often this very value has been WRITTEN or NOT_WRITTEN */
	int64_t written_at; /* the last time */
	bool refused; /* the phone has refused this very value, and nothing has changed since */
	bool kept;    /* the phone's own value shall stay */
};

/* Something to be done once: any action whose row of actions.def says FIRST or LAST. */
struct wpi_order {
	const char *id;
	enum wpi_action action;
	const struct wpi_item *items;
	size_t item_count;
};

enum wpi_check {
	WPI_CHECK_READ, /* ask the phone for all items, write what differs */
	WPI_CHECK_PUSH, /* write all, unread */
	WPI_CHECK_SKIP, /* it has all that it is to have */
};

struct wpi_wants {
	enum wpi_check check;
	const struct wpi_want *items;
	size_t item_count;
	size_t withheld; /* items that are missing from it, since the phone may not have them now */
	const struct wpi_order *orders; /* in their order */
	size_t order_count;
};

enum wpi_local_changes {
	WPI_LOCAL_KEEP,	     /* recorded, for the caller to set `kept` */
	WPI_LOCAL_REPORT,    /* recorded; the next start-up overwrites them */
	WPI_LOCAL_OVERWRITE, /* at once */
};

struct wpi_policy {
	enum wpi_local_changes local_changes;
	enum wpi_entities entities;
	size_t message_bytes; /* of one answer */
	unsigned fragments;
	size_t read_items; /* of all fragments */
	size_t read_bytes; /* of their names and values */
	unsigned turns;	   /* messages of one dialogue */
	int64_t idle;	   /* seconds of silence after which a dialogue is over */
	int64_t away;	   /* the same, while a phone fetches a file or boots */
	unsigned writes_max;
	int64_t writes_gap; /* seconds after which writes_max starts anew */
	int64_t order_gap;  /* seconds in which an order is not sent again */
	bool is_short; /* of memory: of what a phone tells in fragments only an excerpt is kept */
};

/*
 * Reported, entities, 50 kB, 100 fragments, 10,000 items and 4 MiB, 500 turns, 5 and
 * 30 minutes, 3 writes an hour, 15 minutes between two orders.
 */
extern const struct wpi_policy wpi_policy_default;

struct wpi_turn {
	enum wpi_action action;
	const struct secret *body;
	const struct wpi_record *records;
	size_t record_count;
};

struct wpi_session *wpi_session_new(void *mem);
/*
 * After each turn, when nobody looks at it any more: lets go of what was only for that, and of
 * what was only for the dialogue if that is over.
 */
void wpi_session_rest(struct wpi_session *session);
/* Whether it remembers orders, which must not be sent again at once. */
bool wpi_session_has_orders(const struct wpi_session *session);
enum wpi_state wpi_session_state(const struct wpi_session *session);

/* What the phone has told after ReadAllItems or ReadItems, for records READ and ANSWERED. */
const struct wpi_item *wpi_session_items(const struct wpi_session *session, size_t *ret_count);

/* Whether these are only what is wanted, and files: there was no memory for the rest. */
bool wpi_session_is_excerpt(const struct wpi_session *session);
/* Bytes kept of a reply of which more is to come. */
size_t wpi_session_told_size(const struct wpi_session *session);

/* Whether the last answer writes an item whose value is a secret. */
bool wpi_session_tells_secrets(const struct wpi_session *session);

/*
 * One message.  `ret` and all that hangs on it are good until the next step; always
 * filled, since a phone always gets an answer.  `now` is in UTC seconds.
 */
void wpi_step(struct wpi_session *session, const struct wpi_message *message,
	      const struct wpi_wants *wants, const struct wpi_policy *policy, int64_t now,
	      struct wpi_turn *ret);

/* The id of the record, its words, and whether it ends the dialogue early. */
const char *wpi_record_name(enum wpi_record_kind kind);
const char *wpi_record_text(enum wpi_record_kind kind);
bool wpi_record_ends(enum wpi_record_kind kind);
const char *wpi_state_name(enum wpi_state state);
const char *wpi_state_text(enum wpi_state state);
