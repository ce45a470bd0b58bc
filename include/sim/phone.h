/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "sim/answer.h"
#include "sim/message.h"

struct buf;

/*
 * A desk phone without its wires: what it says, and what it does with what it
 * hears.  No socket, no file, no clock; whoever runs it looks at `next` and says
 * how that went.
 *
 *     sim_phone_call(phone, SIM_FLOW_START_UP);
 *     while (phone->next != SIM_NEXT_REST)
 *         SAY: post `said`, then sim_phone_hear() or sim_phone_unheard()
 *         FETCH: get fetch->url, then sim_phone_fetched()
 *
 * Its reading of the protocol is its own: it shares nothing with the daemon's.
 */

enum sim_flow {
#define FLOW(id, name, reason, what) SIM_FLOW_##id,
#include "sim/flows.def"
#undef FLOW
	SIM_FLOW_COUNT,
};

enum sim_next { SIM_NEXT_REST, SIM_NEXT_SAY, SIM_NEXT_FETCH };

/* What is told to people: said and heard are messages, the rest is what it does. */
enum sim_event { SIM_SAYS, SIM_HEARS, SIM_DOES, SIM_COMPLAINS };

struct sim_phone;

/* What all phones of a run have in common. */
struct sim_kind {
	uint64_t quirks;
	const char *model;
	const char *software_version;
	const char *software_type;
	struct sim_items items;	  /* that it has at first, besides what every phone has */
	struct sim_items changes; /* of local-changes */
	struct sim_items refuses; /* with the status as value */
	unsigned refuse_share;	  /* percent, with the quirk */
	unsigned max_items;
	unsigned fragment_items;
	unsigned messages_max;
	unsigned pause_ms;
	const char *sha256; /* of what it downloads, lower case; NULL: whatever */
	void (*tell)(void *arg, const struct sim_phone *phone, enum sim_event event,
		     const char *words);
	void *tell_arg;
};

struct sim_fetch {
	const char *url;
	const char *name;
	const char *type;
	bool is_software;
	bool is_single; /* is reported with status */
	const char *version;
};

/* What came of a download. */
struct sim_fetched {
	bool good;	   /* 200, with as many bytes as were announced */
	const char *words; /* why not */
	const char *head;  /* the first megabyte */
	size_t head_len;
	size_t len;
	const char *sha256;
};

struct sim_phone {
	const struct sim_kind *kind;
	unsigned number;
	char mac[18];
	struct sim_items items;
	enum sim_next next;
	unsigned delay_ms;     /* before it does that */
	struct buf *said;      /* the message */
	bool on_fresh_line;    /* this message opens a connection of its own */
	const char *cookie;    /* for the Cookie header; NULL: none */
	bool is_secure;	       /* secure mode: another port, and a certificate of its own */
	const char *p12;       /* base64 */
	struct buf *server_ca; /* PEM */
	unsigned secure_port;

	unsigned messages;
	unsigned complaints;
	unsigned written;
	unsigned refused;
	bool left_busy;	 /* a dialogue ended because it was in a call */
	const char *why; /* it failed; the first reason */

	struct sim_dialogue *dialogue;
	struct sim_plans *plans;
	struct sim_fetch *fetch; /* that is next */
	uint64_t random;
};

/* `mac` has 48 bits.  The phone hangs on `mem`; `kind` is only pointed to. */
struct sim_phone *sim_phone_new(void *mem, const struct sim_kind *kind, unsigned number,
				uint64_t mac, uint64_t seed);

/* Items that were kept are there again: it is in the mode in which it was. */
void sim_phone_wake(struct sim_phone *phone);

/* Begins a dialogue; LISTEN is for whoever runs it. */
void sim_phone_call(struct sim_phone *phone, enum sim_flow flow);

/* The value of a Set-Cookie header. */
void sim_phone_set_cookie(struct sim_phone *phone, const char *value);

void sim_phone_hear(struct sim_phone *phone, const char *xml, size_t len);

/* No answer, or none that HTTP allows. */
void sim_phone_unheard(struct sim_phone *phone, const char *why);
void sim_phone_fetched(struct sim_phone *phone, const struct sim_fetched *fetched);

/* Something is wrong with the service: counted, told, and the reason why it failed. */
void sim_phone_complain(struct sim_phone *phone, const char *format, ...) PRINTF(2, 3);

bool sim_phone_has(const struct sim_phone *phone, const char *name, int index, const char *value);

/* The flow of that name, SIM_FLOW_COUNT when there is none; name and words of one. */
enum sim_flow sim_flow_of(const char *name);
const char *sim_flow_name(enum sim_flow flow);
const char *sim_flow_text(enum sim_flow flow);
