/* SPDX-License-Identifier: MIT */
#pragma once

#include "notifying.h"
#include "sip_message.h"

struct resolve;

/* One order; see notifying.c. */
struct order {
	struct order *next;
	struct notify_order ask;
	atomic_size_t *waiting; /* counts those whose turn has not come */
	int64_t asked_ms;
	struct notify_state state;

	struct notifying *notifying; /* from its turn on */
	const struct config *config; /* pinned */
	struct notify_target target;
	struct resolve *resolve; /* while the host is looked up */
	struct net_address to;
	char call_id[SIP_TOKEN_LEN + 1];
	char from_tag[SIP_TOKEN_LEN + 1];
	unsigned cseq;
	int logins; /* challenges answered */

	bool is_watched;
	bool is_answered; /* state.outcome will not change */
	bool is_told;
	int64_t fetch_until_ms;
	atomic_int writes; /* of its row, under way */

	/* Contact-me ends on any thread. */
	atomic_bool contact_pending;
	atomic_bool contact_ended;
	enum notify_outcome contact_outcome;
	int contact_status;
	char contact_words[200];
};

/* Reads where the device is, and begins to tell it, or says why not. */
void order_begin(struct order *order);
/* Goes on once the host has an address. */
void order_resolve(struct order *order);

/* Its device's fetch is waited for, or not any more. */
void order_watch(struct order *order, bool on);
/* Writes its row. */
void order_record(struct order *order);

/* What telling came to; a phone that has heard it is waited for. */
void order_answered(struct order *order, enum notify_outcome outcome, int status,
		    const char *words);
/* It could not be sent. */
void order_fail(struct order *order, const char *words);
/* Nothing is sent, and what is kept of the last time stays. */
void order_leave(struct order *order, enum notify_outcome outcome, const char *words);
/* Nothing will change any more. */
void order_over(struct order *order);
