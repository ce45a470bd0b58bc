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
