/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/dialogue.h"

/* What a phone says: contacts with basic items, replies, fragments of them. */

/* splitmix64: nonces need to differ, not to be secret. */
static uint64_t random_next(struct sim_phone *phone)
{
	uint64_t x = phone->random += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void nonce_renew(struct sim_phone *phone)
{
	struct sim_dialogue *dialogue = phone->dialogue;

	if (dialogue->nonce[0] && sim_quirky(phone, SIM_QUIRK(SAME_NONCE)))
		return;
	snprintf(dialogue->nonce, sizeof(dialogue->nonce), "%016llX%016llX",
		 (unsigned long long)random_next(phone), (unsigned long long)random_next(phone));
}

/* The items from `told` on, as many as a message may have. */
static void say_some(struct sim_phone *phone, const char *reason, const char *action,
		     const char *status, size_t count)
{
	struct sim_dialogue *dialogue = phone->dialogue;
	bool is_partial = dialogue->told + count < dialogue->telling_count;
	struct sim_message message = {
		.nonce = dialogue->nonce,
		.reason = reason,
		.action = action,
		.status = status,
		.is_partial = is_partial,
		.max_items = sim_quirky(phone, SIM_QUIRK(MAX_ITEMS)) ? phone->kind->max_items : 0,
		.items = dialogue->telling + dialogue->told,
		.item_count = count,
	};

	nonce_renew(phone);
	buf_cut(phone->said, 0);
	sim_message_write(phone->said, &message, phone->kind->quirks, phone->messages);
	phone->messages++;
	phone->next = SIM_NEXT_SAY;
	if (sim_quirky(phone, SIM_QUIRK(CONNECTION_CLOSE)))
		phone->on_fresh_line = true;
	if (!action)
		sim_tell(phone, SIM_SAYS, "%s (%zu items)", reason, count);
	else
		sim_tell(phone, SIM_SAYS, "reply-to %s: %s (%zu items%s)", action,
			 status ? status : "no status", count, is_partial ? ", more to come" : "");
}

void sim_say(struct sim_phone *phone, const char *reason, const char *action, const char *status)
{
	phone->delay_ms = 0;
	phone->on_fresh_line = false;
	say_some(phone, reason, action, status, phone->dialogue->telling_count);
}

struct sim_item *sim_reply_item(struct sim_phone *phone, const char *name, int index,
				const char *value)
{
	struct sim_dialogue *dialogue = phone->dialogue;
	struct sim_items items = {dialogue->telling, dialogue->telling_count};
	struct sim_item *item = sim_items_add(dialogue, &items, name, index, value);

	dialogue->telling = items.items;
	dialogue->telling_count = items.count;
	return item;
}

void sim_reply_clear(struct sim_phone *phone)
{
	phone->dialogue->telling = NULL;
	phone->dialogue->telling_count = 0;
	phone->dialogue->told = 0;
}

static const char *status_of(const struct sim_phone *phone, const char *status)
{
	if (strcmp(status, "accepted") != 0)
		return status;
	if (sim_quirky(phone, SIM_QUIRK(NO_REPLY_STATUS)))
		return NULL;
	return sim_quirky(phone, SIM_QUIRK(CAPITALS)) ? "Accepted" : status;
}

static void fragment(struct sim_phone *phone, const char *status)
{
	struct sim_dialogue *dialogue = phone->dialogue;
	size_t count = dialogue->telling_count - dialogue->told;

	if (sim_quirky(phone, SIM_QUIRK(FRAGMENTS)) && count > phone->kind->fragment_items)
		count = phone->kind->fragment_items;
	phone->delay_ms = 0;
	phone->on_fresh_line = false;
	say_some(phone, "reply-to", sim_action_word(dialogue->telling_of), status_of(phone, status),
		 count);
	dialogue->told += count;
	if (dialogue->told == dialogue->telling_count)
		sim_reply_clear(phone);
}

void sim_reply(struct sim_phone *phone, enum sim_action action, const char *status)
{
	phone->dialogue->telling_of = action;
	fragment(phone, status);
}

void sim_reply_rest(struct sim_phone *phone)
{
	if (!phone->dialogue->told) {
		sim_phone_complain(phone, "GetNextFragment came, and nothing is left to tell");
		phone->dialogue->telling_of = SIM_ACTION_GET_NEXT_FRAGMENT;
		fragment(phone, "failed");
		return;
	}
	fragment(phone, "accepted");
}

void sim_contact(struct sim_phone *phone, const char *reason, const struct sim_items *more)
{
	mem_free(phone->dialogue);
	phone->dialogue = mem_new(phone, struct sim_dialogue);
	phone->left_busy = false;
	if (!sim_quirky(phone, SIM_QUIRK(STALE_COOKIE)))
		phone->cookie = NULL;
#define BASIC(name, value) sim_reply_item(phone, name, SIM_NO_INDEX, sim_value(phone, name));
#define PLAIN(name, index, value)
#include "sim/basic_items.def"
#undef BASIC
#undef PLAIN
	if (sim_quirky(phone, SIM_QUIRK(TELLS_PASSWORDS)))
		sim_reply_item(phone, "user-pwd", SIM_NO_INDEX, "159357");
	else
		sim_reply_item(phone, "user-pwd-unicode", SIM_NO_INDEX, "")->status = "failed";
	for (size_t i = 0; more && i < more->count; i++)
		sim_reply_item(phone, more->items[i].name, more->items[i].index,
			       more->items[i].value);
	sim_say(phone, reason, NULL, NULL);
	phone->on_fresh_line = true;
	sim_reply_clear(phone);
}
