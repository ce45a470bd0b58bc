/* SPDX-License-Identifier: MIT */
#include "sim/phone.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/dialogue.h"

/*
 * The dialogue: a contact opens it, replies go on with it, CleanUp or an action
 * that makes the phone go away ends it.  What is to be done afterwards is planned
 * meanwhile, and sim_over() begins it: downloads, a boot, a call because somebody
 * asked for one.
 */

static const struct {
	const char *name;
	const char *reason;
	const char *what;
} flows[] = {
#define FLOW(id, name, reason, what) {name, reason, what},
#include "sim/flows.def"
#undef FLOW
};

enum sim_flow sim_flow_of(const char *name)
{
	enum sim_flow flow = 0;

	while (flow < SIM_FLOW_COUNT && strcmp(flows[flow].name, name) != 0)
		flow++;
	return flow;
}

const char *sim_flow_name(enum sim_flow flow)
{
	return flows[flow].name;
}

const char *sim_flow_text(enum sim_flow flow)
{
	return flows[flow].what;
}

bool sim_quirky(const struct sim_phone *phone, uint64_t quirks)
{
	return phone->kind->quirks & quirks;
}

void sim_tell(const struct sim_phone *phone, enum sim_event event, const char *format, ...)
{
	CLEANUP(mem_freep) void *mem = mem_root("event");
	va_list args;

	if (!phone->kind->tell)
		return;
	va_start(args, format);
	phone->kind->tell(phone->kind->tell_arg, phone, event, mem_vprintf(mem, format, args));
	va_end(args);
}

void sim_phone_complain(struct sim_phone *phone, const char *format, ...)
{
	va_list args;
	char *words;

	va_start(args, format);
	words = mem_vprintf(phone, format, args);
	va_end(args);
	phone->complaints++;
	if (!phone->why)
		phone->why = words;
	sim_tell(phone, SIM_COMPLAINS, "%s", words);
}

const char *sim_value(const struct sim_phone *phone, const char *name)
{
	const struct sim_item *item = sim_items_find(&phone->items, name, SIM_NO_INDEX);

	return item ? item->value : "";
}

bool sim_phone_has(const struct sim_phone *phone, const char *name, int index, const char *value)
{
	const struct sim_item *item = sim_items_find(&phone->items, name, index);

	return item && strcmp(item->value, value) == 0;
}

bool sim_version_reaches(const struct sim_phone *phone, unsigned major, unsigned minor)
{
	unsigned v = 0;
	unsigned r = 0;

	if (strncmp(sim_value(phone, "device-type"), "OpenStage", 9) != 0)
		return true;
	/* NOLINTNEXTLINE(cert-err34-c): numbers that are too large are no versions */
	if (sscanf(sim_value(phone, "software-version"), "V%4u%*[.0-9] R%4u", &v, &r) < 2 &&
	    sscanf(sim_value(phone, "software-version"), "V%4u R%4u", &v, &r) < 2) /* NOLINT */
		return true;
	return v > major || (v == major && r >= minor);
}

/* What it has by itself, and after a factory reset. */
void sim_reset(struct sim_phone *phone)
{
	const struct sim_kind *kind = phone->kind;
	char version[64];
	char uri[256];

	snprintf(version, sizeof(version), "%s",
		 phone->items.count ? sim_value(phone, "software-version")
				    : kind->software_version);
	snprintf(uri, sizeof(uri), "%s", sim_value(phone, "contact-me-uri"));
	phone->items = (struct sim_items){0};
#define BASIC(item, text) sim_items_set(phone, &phone->items, item, SIM_NO_INDEX, text);
#define PLAIN(item, at, text) sim_items_set(phone, &phone->items, item, at, text);
#include "sim/basic_items.def"
#undef BASIC
#undef PLAIN
	sim_items_set(phone, &phone->items, "device-type", SIM_NO_INDEX, kind->model);
	sim_items_set(phone, &phone->items, "related-device-type", SIM_NO_INDEX, kind->model);
	sim_items_set(phone, &phone->items, "software-type", SIM_NO_INDEX, kind->software_type);
	sim_items_set(phone, &phone->items, "related-software-type", SIM_NO_INDEX,
		      kind->software_type);
	sim_items_set(phone, &phone->items, "software-version", SIM_NO_INDEX, version);
	sim_items_set(phone, &phone->items, "related-software-version", SIM_NO_INDEX, version);
	sim_items_set(phone, &phone->items, "contact-me-uri", SIM_NO_INDEX, uri);
	sim_items_copy(phone, &phone->items, &kind->items);
	sim_items_set(phone, &phone->items, "mac-addr", SIM_NO_INDEX, phone->mac);
}

struct sim_phone *sim_phone_new(void *mem, const struct sim_kind *kind, unsigned number,
				uint64_t mac, uint64_t seed)
{
	struct sim_phone *phone = mem_new(mem, struct sim_phone);
	bool oddly = kind->quirks & SIM_QUIRK(MAC_SPELLED);

	phone->kind = kind;
	phone->number = number;
	phone->random = seed;
	phone->said = buf_new(phone);
	phone->plans = mem_new(phone, struct sim_plans);
	snprintf(phone->mac, sizeof(phone->mac),
		 oddly ? "%02x-%02x-%02x-%02x-%02x-%02x" : "%02X:%02X:%02X:%02X:%02X:%02X",
		 (unsigned)(mac >> 40 & 0xff), (unsigned)(mac >> 32 & 0xff),
		 (unsigned)(mac >> 24 & 0xff), (unsigned)(mac >> 16 & 0xff),
		 (unsigned)(mac >> 8 & 0xff), (unsigned)(mac & 0xff));
	sim_reset(phone);
	phone->plans->in_call = sim_quirky(phone, SIM_QUIRK(BUSY_ONCE) | SIM_QUIRK(BUSY_ALWAYS));
	if (sim_quirky(phone, SIM_QUIRK(STALE_COOKIE)))
		phone->cookie = "PHPSESSID=g75hjk2l0q9d8s7f6a5s4d3f2g; path=/";
	return phone;
}

void sim_phone_set_cookie(struct sim_phone *phone, const char *value)
{
	size_t len = strlen(value);

	if (sim_quirky(phone, SIM_QUIRK(NO_COOKIE)))
		return;
	if (!sim_quirky(phone, SIM_QUIRK(COOKIE_ATTRIBUTES)))
		len = strcspn(value, "; ");
	phone->cookie = mem_strndup(phone, value, len);
}

/* What somebody changed at the phone; firmware from V2 R2 on says what it was. */
static void local_changes(struct sim_phone *phone, const struct sim_items *changes)
{
	CLEANUP(mem_freep) void *mem = mem_root("changes");
	struct sim_items more = {0};

	sim_items_copy(phone, &phone->items, changes);
	sim_items_set(phone, &phone->items, "configuration-changed-flag", SIM_NO_INDEX, "true");
	if (sim_version_reaches(phone, 2, 2)) {
		sim_items_add(mem, &more, "configuration-attached-flag", SIM_NO_INDEX, "true");
		sim_items_add(mem, &more, "configuration-attached-number", SIM_NO_INDEX,
			      mem_printf(mem, "%zu", changes->count));
		for (size_t i = 0; i < changes->count; i++)
			sim_items_add(mem, &more, changes->items[i].name, changes->items[i].index,
				      changes->items[i].value);
	}
	sim_contact(phone, "local-changes", &more);
}

void sim_phone_call(struct sim_phone *phone, enum sim_flow flow)
{
	CLEANUP(mem_freep) void *mem = mem_root("call");
	struct sim_items more = {0};

	phone->delay_ms = 0;
	switch (flow) {
	case SIM_FLOW_LOCAL_CHANGES:
		local_changes(phone, &phone->kind->changes);
		break;
	case SIM_FLOW_INVENTORY_CHANGES:
		sim_items_add(mem, &more, "key-modules", SIM_NO_INDEX, "1");
		sim_items_add(mem, &more, "blf-modules", SIM_NO_INDEX, "0");
		sim_items_add(mem, &more, "slk-modules", SIM_NO_INDEX, "0");
		sim_contact(phone, flows[flow].reason, &more);
		break;
	case SIM_FLOW_STATUS:
		sim_report(phone, "ringtone.wav", "RINGTONE", true);
		break;
	case SIM_FLOW_CLEAN_UP:
		sim_contact(phone, "start-up", NULL);
		phone->dialogue->flow = SIM_FLOW_CLEAN_UP;
		break;
	default:
		sim_contact(phone, flows[flow].reason, NULL);
	}
}

static void clean_up(struct sim_phone *phone, const char *reason)
{
	sim_tell(phone, SIM_SAYS, "clean-up: %s", reason);
	sim_reply_clear(phone);
	sim_reply_item(phone, "cleanup-reason", SIM_NO_INDEX, reason);
	sim_say(phone, "clean-up", NULL, NULL);
	sim_reply_clear(phone);
	phone->dialogue->ends = true;
}

/* Each answer once; a message that is posted twice must be answered twice the same. */
static bool hears_again(struct sim_phone *phone, const char *xml, size_t len)
{
	struct sim_dialogue *dialogue = phone->dialogue;

	if (!sim_quirky(phone, SIM_QUIRK(DUPLICATES)))
		return true;
	if (!dialogue->first_answer) {
		dialogue->first_answer = buf_new(dialogue);
		buf_add(dialogue->first_answer, xml, len);
		phone->on_fresh_line = sim_quirky(phone, SIM_QUIRK(CONNECTION_CLOSE));
		phone->messages++;
		return false;
	}
	if (dialogue->first_answer->len != len ||
	    memcmp(dialogue->first_answer->data, xml, len) != 0)
		sim_phone_complain(phone, "the same message was answered in another way");
	mem_free(dialogue->first_answer);
	dialogue->first_answer = NULL;
	return true;
}

static void boots(struct sim_phone *phone, const struct sim_answer *answer)
{
	const struct sim_item *type = sim_items_find(&answer->items, "restart-type", SIM_NO_INDEX);
	const struct sim_item *password =
		sim_items_find(&answer->items, "restart-password", SIM_NO_INDEX);

	if (answer->items.count) {
		if (!type || strcmp(type->value, "FactoryReset") != 0 || !password ||
		    strcmp(password->value, "124816") != 0 || answer->items.count != 2) {
			sim_phone_complain(phone, "Restart came with items that are none of it");
			sim_reply(phone, answer->action, "failed");
			return;
		}
		phone->plans->resets = true;
	}
	phone->plans->boots = true;
	sim_over(phone);
}

static void cleans_up(struct sim_phone *phone, const struct sim_answer *answer)
{
	for (size_t i = 0; i < answer->items.count; i++) {
		const struct sim_item *item = &answer->items.items[i];

		if (strcmp(item->name, "send-solicited") == 0)
			phone->plans->solicited = strcmp(item->value, "true") == 0;
		else if (strcmp(item->name, "cleanup-reason") != 0)
			sim_phone_complain(phone, "CleanUp came with %s", item->name);
	}
	sim_over(phone);
}

static void obey(struct sim_phone *phone, const struct sim_answer *answer)
{
	switch (answer->action) {
	case SIM_ACTION_READ_ALL_ITEMS:
		sim_do_read_all(phone);
		return;
	case SIM_ACTION_READ_ITEMS:
		sim_do_read(phone, answer);
		return;
	case SIM_ACTION_WRITE_ITEMS:
		sim_do_write(phone, answer);
		return;
	case SIM_ACTION_RESTART:
		boots(phone, answer);
		return;
	case SIM_ACTION_FILE_DEPLOYMENT:
		sim_do_files(phone, answer);
		return;
	case SIM_ACTION_SOFTWARE_DEPLOYMENT:
		sim_do_software(phone, answer);
		return;
	case SIM_ACTION_GET_NEXT_FRAGMENT:
		sim_reply_rest(phone);
		return;
	case SIM_ACTION_CLEAN_UP:
	case SIM_ACTION_COUNT:
		break;
	}
	cleans_up(phone, answer);
}

static void hear(struct sim_phone *phone, const struct sim_answer *answer)
{
	struct sim_dialogue *dialogue = phone->dialogue;

	if (strcmp(answer->nonce, dialogue->nonce) != 0)
		sim_phone_complain(phone, "the answer's nonce is '%s' and not that of the message",
				   answer->nonce);
	if (dialogue->ends && answer->action != SIM_ACTION_CLEAN_UP)
		sim_phone_complain(phone, "%s came after clean-up",
				   sim_action_word(answer->action));
	if (phone->messages > phone->kind->messages_max) {
		sim_phone_complain(phone, "it is caught in a loop: %u messages", phone->messages);
		phone->next = SIM_NEXT_REST;
	} else if (dialogue->ends) {
		sim_over(phone);
	} else if (dialogue->flow == SIM_FLOW_CLEAN_UP) {
		clean_up(phone, "ended by hand");
	} else if (answer->action == SIM_ACTION_READ_ALL_ITEMS && !phone->plans->started_twice &&
		   sim_quirky(phone, SIM_QUIRK(STARTS_TWICE))) {
		phone->plans->started_twice = true;
		sim_contact(phone, "start-up", NULL);
	} else {
		obey(phone, answer);
	}
}

void sim_phone_hear(struct sim_phone *phone, const char *xml, size_t len)
{
	CLEANUP(mem_freep) void *mem = mem_root("answer");
	bool weak = sim_quirky(phone, SIM_QUIRK(ENTITY_WEAK));
	struct sim_answer *answer;
	struct diag diag = {0};

	if (!hears_again(phone, xml, len))
		return;
	if (sim_answer_read(mem, xml, len, weak, &answer, &diag) >= 0) {
		sim_tell(phone, SIM_HEARS, answer->items.count ? "%s (%zu items)" : "%s",
			 sim_action_word(answer->action), answer->items.count);
		hear(phone, answer);
		return;
	}
	sim_phone_complain(phone, "it cannot read the answer: %s", diag.text);
	if (phone->dialogue->ends)
		phone->next = SIM_NEXT_REST;
	else
		clean_up(phone, "invalid XML");
}

void sim_phone_unheard(struct sim_phone *phone, const char *why)
{
	sim_phone_complain(phone, "%s", why);
	phone->next = SIM_NEXT_REST;
}

/* Back with what it has just been told to be, and told by nobody else. */
static void boot(struct sim_phone *phone)
{
	struct sim_plans *plans = phone->plans;

	if (plans->resets) {
		sim_tell(phone, SIM_DOES, "goes back to factory settings");
		sim_reset(phone);
		phone->is_secure = false;
	}
	sim_tell(phone, SIM_DOES, "boots");
	/* send-solicited does not survive it */
	plans->boots = plans->resets = plans->solicited = false;
	plans->changes.count = 0;
	sim_contact(phone, "start-up", NULL);
	phone->delay_ms = phone->kind->pause_ms;
}

void sim_over(struct sim_phone *phone)
{
	struct sim_plans *plans = phone->plans;

	phone->next = SIM_NEXT_REST;
	sim_items_set(phone, &phone->items, "configuration-changed-flag", SIM_NO_INDEX, "false");
	if (plans->was_busy && !sim_quirky(phone, SIM_QUIRK(BUSY_ALWAYS)))
		plans->in_call = false;
	if (plans->fetched < plans->fetch_count) {
		phone->fetch = &plans->fetches[plans->fetched];
		phone->next = SIM_NEXT_FETCH;
		phone->left_busy = false;
	} else if (plans->goes_secure) {
		plans->goes_secure = false;
		phone->is_secure = true;
		sim_tell(phone, SIM_DOES, "goes to secure mode, port %u", phone->secure_port);
		sim_contact(phone, "start-up", NULL);
	} else if (plans->boots) {
		boot(phone);
	} else if (plans->changes.count) {
		struct sim_items changes = plans->changes;

		plans->changes = (struct sim_items){0};
		local_changes(phone, &changes);
	} else if (plans->solicited && !plans->in_call && sim_version_reaches(phone, 3, 3) &&
		   !sim_quirky(phone, SIM_QUIRK(NO_SEND_SOLICITED))) {
		plans->solicited = false;
		sim_contact(phone, "solicited", NULL);
		phone->delay_ms = phone->kind->pause_ms;
	}
}
