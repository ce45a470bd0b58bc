/* SPDX-License-Identifier: MIT */
#pragma once

#include "sim/phone.h"

/* What is remembered of one dialogue, and what is to be done when it is over. */

struct sim_dialogue {
	char nonce[33];		  /* of the last message */
	bool ends;		  /* the phone has said clean-up: only CleanUp may follow */
	enum sim_flow flow;	  /* CLEAN_UP: the first answer is answered with that */
	struct sim_item *telling; /* items that are told, in fragments */
	size_t telling_count;
	size_t told;
	enum sim_action telling_of;
	const char *last_write;	  /* what the last WriteItems held */
	struct buf *first_answer; /* to a message that is posted twice */
};

struct sim_plans {
	struct sim_fetch *fetches;
	size_t fetch_count;
	size_t fetched;
	bool boots;
	bool resets;
	bool solicited;
	bool goes_secure;
	bool in_call;
	bool was_busy; /* once is enough for busy-once */
	bool started_twice;
	struct sim_items changes; /* that are to be reported */
};

bool sim_quirky(const struct sim_phone *phone, uint64_t quirks);
void sim_tell(const struct sim_phone *phone, enum sim_event event, const char *format, ...)
	PRINTF(3, 4);
const char *sim_value(const struct sim_phone *phone, const char *name);

/* At least that version, for phones that count as OpenStage do; others are new enough. */
bool sim_version_reaches(const struct sim_phone *phone, unsigned major, unsigned minor);

/* Writes the items that were added as a message; a reply has an action. */
void sim_say(struct sim_phone *phone, const char *reason, const char *action, const char *status);

/* Items of the next message. */
struct sim_item *sim_reply_item(struct sim_phone *phone, const char *name, int index,
				const char *value);
void sim_reply_clear(struct sim_phone *phone);

/* Replies with these items: whole or, with the quirk, the first fragment of them. */
void sim_reply(struct sim_phone *phone, enum sim_action action, const char *status);
void sim_reply_rest(struct sim_phone *phone);

/* What the actions do; each says what is next. */
void sim_do_read_all(struct sim_phone *phone);
void sim_do_read(struct sim_phone *phone, const struct sim_answer *answer);
void sim_do_write(struct sim_phone *phone, const struct sim_answer *answer);
void sim_do_files(struct sim_phone *phone, const struct sim_answer *answer);
void sim_do_software(struct sim_phone *phone, const struct sim_answer *answer);

/* Calls to tell what became of a file. */
void sim_report(struct sim_phone *phone, const char *name, const char *type, bool good);

/* In a call, and the quirk says how long. */
bool sim_is_busy(struct sim_phone *phone);

/* The dialogue is over: what is planned is begun. */
void sim_over(struct sim_phone *phone);

/* Opens a dialogue with basic items and more. */
void sim_contact(struct sim_phone *phone, const char *reason, const struct sim_items *more);
void sim_reset(struct sim_phone *phone);
