/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/net.h"
#include "sip_osip.h"

/* SIP messages: what is written, and what is read of others'.  No sockets, no clock. */

struct buf;

/* libosip2, and silence from it: it would write what it thinks of messages to standard error. */
void sip_message_setup(void);

enum { SIP_TOKEN_LEN = 24 };

/* Random, unguessable letters. */
void sip_token(char out[SIP_TOKEN_LEN + 1]);

/* Where we are, as the other side sees it. */
struct sip_place {
	char host[NET_TEXT_MAX + 2]; /* an IPv6 address in its brackets */
	unsigned port;
	bool tcp;
};

/* A NOTIFY; NULL where there is none.  Nothing in it may hold a line's end. */
struct sip_notify {
	struct sip_place here;
	const char *uri;
	const char *to;	  /* with <>, perhaps with a tag */
	const char *from; /* the same */
	const char *call_id;
	const char *branch;
	unsigned cseq;
	const char *event;
	const char *credentials_name; /* Authorization or Proxy-Authorization */
	const char *credentials;
	const char *body; /* a URL */
};
void sip_notify_write(const struct sip_notify *notify, struct buf *out);

/*
 * Reads a message that came in: 0, and the event for the transaction layer,
 * which the caller frees.  -E_BAD_REQUEST, -E_TOO_LARGE.
 */
int sip_message_read(const void *data, size_t len, osip_event_t **ret) MUST_CHECK;

/* What a SUBSCRIBE for ua-profile says; belongs to `mem`. */
struct sip_subscribe {
	int64_t mac;
	const char
		*vias; /* of the answer: whole lines, the first with what the sender cannot know */
	unsigned port; /* that the answer goes to, at the sender's address */
	const char *from;
	const char *to; /* without a tag */
	const char *call_id;
	const char *cseq;    /* "1 SUBSCRIBE" */
	const char *contact; /* URI in it; NULL: none */
	const char *event;
};

/* -E_BAD_REQUEST for anything else; -E_MAC_MALFORMED when it names no MAC. */
int sip_subscribe_read(void *mem, const osip_message_t *message, const struct net_address *sender,
		       struct sip_subscribe *ret) MUST_CHECK;

/* 200, with our tag in To. */
void sip_subscribe_answer(const struct sip_subscribe *subscribe, const struct sip_place *here,
			  const char *tag, struct buf *out);
