/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct secret;

/*
 * What OpenStage and OpenScape desk phones say: a WorkpointMessage, read.
 *
 * Phones differ in the order of attributes, in white space, in what they leave
 * out and in their firmware's age, so reading forgives all that has only one
 * meaning; unknown elements, attributes and words are no errors.  No document
 * type, no entity but XML's own five, nothing fetched.
 *
 * Values of items that secret_items.def lists are struct secret from here on.
 * Pure functions; xmlInitParser() must have been called before there were threads.
 */

enum wpi_reason {
	WPI_REASON_UNKNOWN,
#define REASON(id, word, kind, what, source) WPI_REASON_##id,
#include "wpi/reasons.def"
#undef REASON
	WPI_REASON_COUNT,
};

enum wpi_reason_kind { WPI_KIND_STRANGE, WPI_KIND_OPENS, WPI_KIND_GOES_ON, WPI_KIND_ENDS };

enum wpi_action {
	WPI_ACTION_NONE, /* or one that no source knows */
#define ACTION(id, word, then, order, what, source) WPI_ACTION_##id,
#include "wpi/actions.def"
#undef ACTION
	WPI_ACTION_COUNT,
};

enum wpi_reply {
	WPI_REPLY_OTHER, /* a word that no source knows */
#define REPLY(id, word, what, source) WPI_REPLY_##id,
#include "wpi/replies.def"
#undef REPLY
	WPI_REPLY_COUNT,
};

enum wpi_item_status {
	WPI_ITEM_FINE, /* the phone says nothing about it */
#define ITEM_STATUS(id, word, what, source) WPI_ITEM_##id,
#include "wpi/item_statuses.def"
#undef ITEM_STATUS
	WPI_ITEM_STATUS_COUNT,
};

enum {
	WPI_NONCE_MAX = 64,
	WPI_NAME_MAX = 64,
	WPI_WORD_MAX = 64, /* bytes of an item's status */
	WPI_NO_INDEX = -1,
	WPI_INDEX_MAX = 999999,
};

struct wpi_item {
	const char *name;	     /* letters, digits and - _ * ; never NULL */
	int index;		     /* WPI_NO_INDEX: none */
	const char *value;	     /* trimmed, "" for none; NULL when it is a secret */
	const struct secret *secret; /* NULL when it is not */
	enum wpi_item_status status;
	const char *status_word; /* as the phone wrote it; NULL: none */
};

struct wpi_message {
	char nonce[WPI_NONCE_MAX + 1];
	enum wpi_reason reason;
	enum wpi_action action; /* that a reply answers; NONE when it does not say */
	enum wpi_reply reply;
	bool is_partial;    /* more fragments follow */
	unsigned max_items; /* that the phone takes in one message; 0: no limit, or not said */
	struct wpi_item *items;
	size_t item_count;
	size_t left_out; /* items without a name or index that can be one */
	bool mended;	 /* bytes that are not UTF-8 were taken for ISO-8859-1 */
	uint64_t digest; /* of all bytes: tells the same message sent twice */
};

struct wpi_limits {
	size_t bytes;
	size_t items;
	size_t value; /* bytes of an item's */
	unsigned depth;
	unsigned attributes; /* of one element */
};

/* 1 MiB, 10,000 items, 64 KiB, 16 levels, 32 attributes: more than any phone has been seen to send. */
extern const struct wpi_limits wpi_limits_default;

/*
 * The message and its strings belong to `mem`.  -E_WPI_XML, -E_WPI_DOCTYPE,
 * -E_WPI_LONG, -E_WPI_DEPTH, -E_WPI_FORM and -E_WPI_NONCE with line and column;
 * the words hold no value of an item.
 */
int wpi_parse(void *mem, const char *data, size_t len, const struct wpi_limits *limits,
	      struct wpi_message **ret, struct diag *reterr) MUST_CHECK;

/* The last item of that name and index; NULL when there is none. */
const struct wpi_item *wpi_item_find(const struct wpi_item *items, size_t count, const char *name,
				     int index);

/* The value of an item without index that is no secret and not failed; NULL when there is none. */
const char *wpi_message_text(const struct wpi_message *message, const char *name);

void wpi_item_copy(void *mem, const struct wpi_item *item, struct wpi_item *ret);

bool wpi_name_is_valid(const char *name);
bool wpi_name_is_secret(const char *name);
bool wpi_name_is_basic(const char *name);
bool wpi_nonce_is_valid(const char *nonce);

/* Words of the tables; in any case of letters; what has no row is UNKNOWN, NONE, OTHER. */
enum wpi_reason wpi_reason_of(const char *word);
enum wpi_action wpi_action_of(const char *word);
enum wpi_reply wpi_reply_of(const char *word);
enum wpi_item_status wpi_item_status_of(const char *word);
const char *wpi_reason_word(enum wpi_reason reason);
const char *wpi_action_word(enum wpi_action action);
const char *wpi_reply_word(enum wpi_reply reply);
const char *wpi_item_status_word(enum wpi_item_status status);
enum wpi_reason_kind wpi_reason_kind(enum wpi_reason reason);
