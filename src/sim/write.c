/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/dialogue.h"

/* Items: told, asked for, and written. */

bool sim_is_busy(struct sim_phone *phone)
{
	if (!phone->plans->in_call)
		return false;
	phone->plans->was_busy = true;
	phone->left_busy = true;
	return true;
}

/* Certificates are never told, passwords only by old firmware. */
static bool is_told(const struct sim_phone *phone, const struct sim_item *item)
{
	if (strstr(item->name, "certificate") || strstr(item->name, "-server-ca") ||
	    strcmp(item->name, "goto-secure-mode") == 0)
		return false;
	return !sim_name_is_secret(item->name) || sim_quirky(phone, SIM_QUIRK(TELLS_PASSWORDS));
}

void sim_do_read_all(struct sim_phone *phone)
{
	sim_reply_clear(phone);
	for (size_t i = 0; i < phone->items.count; i++) {
		const struct sim_item *item = &phone->items.items[i];

		if (is_told(phone, item))
			sim_reply_item(phone, item->name, item->index, item->value);
	}
	sim_reply(phone, SIM_ACTION_READ_ALL_ITEMS, "accepted");
}

void sim_do_read(struct sim_phone *phone, const struct sim_answer *answer)
{
	sim_reply_clear(phone);
	if (!answer->items.count)
		sim_phone_complain(phone, "ReadItems came without items");
	for (size_t i = 0; i < answer->items.count; i++) {
		const struct sim_item *asked = &answer->items.items[i];
		const struct sim_item *item =
			sim_items_find(&phone->items, asked->name, asked->index);

		if (*asked->value)
			sim_phone_complain(phone, "ReadItems came with a value for %s",
					   asked->name);
		if (item && is_told(phone, item))
			sim_reply_item(phone, item->name, item->index, item->value);
		else
			sim_reply_item(phone, asked->name, asked->index, "")->status =
				item ? "failed" : "unknown item";
	}
	sim_reply(phone, SIM_ACTION_READ_ITEMS, "accepted");
}

/* The same share of items for each phone, and the same ones each time. */
static unsigned lot_of(const struct sim_item *item)
{
	unsigned hash = 2166136261U;

	for (const char *c = item->name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619U;
	hash = (hash ^ (unsigned)item->index) * 16777619U;
	return (hash ^ hash >> 15) * 2654435761U >> 8;
}

/* Why the item is not taken; NULL when it is. */
static const char *refusal(const struct sim_phone *phone, const struct sim_item *item)
{
	static const char *const fixed[] = {"mac-addr",		  "device-type",    "software-type",
					    "software-version",	  "contact-me-uri", "part-number",
					    "related-device-type"};
	static const char *const words[] = {"unknown item",    "read only",	"invalid index",
					    "unexpected item", "not supported", "invalid data",
					    "failed"};
	const struct sim_kind *kind = phone->kind;
	const struct sim_item *refuses = sim_items_find(&kind->refuses, item->name, item->index);
	const struct sim_item *had = sim_items_find(&phone->items, item->name, item->index);

	if (!refuses)
		refuses = sim_items_find(&kind->refuses, item->name, SIM_NO_INDEX);
	if (refuses)
		return refuses->value;
	for (size_t i = 0; i < COUNT_OF(fixed); i++)
		if (strcmp(fixed[i], item->name) == 0)
			return "read only";
	/* a boolean cannot be empty */
	if (had && !*item->value && (!strcmp(had->value, "true") || !strcmp(had->value, "false")))
		return "missing item content";
	if (sim_quirky(phone, SIM_QUIRK(REFUSES)) && lot_of(item) % 100 < kind->refuse_share)
		return words[lot_of(item) / 100 % COUNT_OF(words)];
	return NULL;
}

/* Letters in capitals: a value that never reads as it was written. */
static const char *rewritten(void *mem, const char *value)
{
	char *text = mem_strdup(mem, value);

	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
		return value;
	for (char *c = text; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	return text;
}

/* Is it taken? */
static bool write_one(struct sim_phone *phone, const struct sim_item *item)
{
	const char *status = refusal(phone, item);
	const char *value = item->value;

	if (status) {
		sim_reply_item(phone, item->name, item->index, "")->status = status;
		phone->refused++;
		return false;
	}
	if (sim_quirky(phone, SIM_QUIRK(REWRITES)))
		value = rewritten(phone, value);
	sim_items_set(phone, &phone->items, item->name, item->index, value);
	phone->written++;
	if (sim_quirky(phone, SIM_QUIRK(REPORTS_WRITES)) && is_told(phone, item))
		sim_items_set(phone, &phone->plans->changes, item->name, item->index, value);
	return true;
}

/*
 * The one writing that changes what a phone is: goto-secure-mode, guide, p. 62 to
 * 65.  In secure mode, the same without it is a new certificate.
 */
static const char *secure_mode(struct sim_phone *phone, const struct sim_items *items)
{
	const struct sim_item *mode = sim_items_find(items, "goto-secure-mode", SIM_NO_INDEX);
	const struct sim_item *client =
		sim_items_find(items, "dls-client-certificate", SIM_NO_INDEX);
	const struct sim_item *port = sim_items_find(items, "dls-secure-port", SIM_NO_INDEX);
	uint64_t number;

	if (!mode && !(client && phone->is_secure))
		return NULL;
	if (mode && strcmp(mode->value, "nopin") != 0)
		return "goto-secure-mode is not nopin; PINs are not simulated";
	if (!client || !*client->value)
		return "goto-secure-mode came without dls-client-certificate";
	if (!port || !text_to_uint(port->value, 65535, &number) || !number)
		return "the certificate came without dls-secure-port";
	mem_free(phone->server_ca);
	phone->server_ca = buf_new(phone);
	for (size_t i = 0; i < items->count; i++)
		if (strcmp(items->items[i].name, "dls-server-ca") == 0)
			buf_printf(phone->server_ca, "%s\n", items->items[i].value);
	if (!phone->server_ca->len)
		return "the certificate came without dls-server-ca";
	phone->p12 = mem_strdup(phone, client->value);
	phone->secure_port = (unsigned)number;
	phone->plans->goes_secure = mode;
	return NULL;
}

/* Without one of them the phone stays as it is. */
static bool is_of_secure_mode(const struct sim_item *item)
{
	static const char *const names[] = {"goto-secure-mode", "dls-client-certificate",
					    "dls-server-ca", "dls-secure-port"};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i], item->name) == 0)
			return true;
	return false;
}

void sim_phone_wake(struct sim_phone *phone)
{
	phone->is_secure = !secure_mode(phone, &phone->items) && phone->plans->goes_secure;
	phone->plans->goes_secure = false;
}

/* What was written, as one text: the same twice in a dialogue would go on for ever. */
static const char *digest(void *mem, const struct sim_items *items)
{
	struct buf *text = buf_new(mem);

	for (size_t i = 0; i < items->count; i++)
		buf_printf(text, "%s[%d]=%s\n", items->items[i].name, items->items[i].index,
			   items->items[i].value);
	return text->data ? text->data : "";
}

static void check(struct sim_phone *phone, const struct sim_items *items)
{
	struct sim_dialogue *dialogue = phone->dialogue;
	const char *now = digest(dialogue, items);

	if (!items->count)
		sim_phone_complain(phone, "WriteItems came without items");
	if (dialogue->last_write && strcmp(dialogue->last_write, now) == 0)
		sim_phone_complain(phone, "the same WriteItems came twice in one dialogue");
	dialogue->last_write = now;
	if (sim_quirky(phone, SIM_QUIRK(MAX_ITEMS)) && items->count > phone->kind->max_items)
		sim_phone_complain(phone, "%zu items came, more than maxItems", items->count);
	for (size_t i = 0; i < items->count; i++)
		if (sim_items_find(items, items->items[i].name, items->items[i].index) !=
		    &items->items[i])
			sim_phone_complain(phone, "%s came twice in one message",
					   items->items[i].name);
}

void sim_do_write(struct sim_phone *phone, const struct sim_answer *answer)
{
	const struct sim_items *items = &answer->items;
	bool all_of_secure_mode = true;
	const char *why = NULL;

	sim_reply_clear(phone);
	check(phone, items);
	if (sim_is_busy(phone)) {
		sim_reply(phone, SIM_ACTION_WRITE_ITEMS, "busy");
		return;
	}
	if (sim_quirky(phone, SIM_QUIRK(REFUSES_ALL))) {
		sim_reply(phone, SIM_ACTION_WRITE_ITEMS, "failed");
		return;
	}
	for (size_t i = 0; i < items->count; i++)
		if (!write_one(phone, &items->items[i]) && is_of_secure_mode(&items->items[i]))
			all_of_secure_mode = false;
	if (all_of_secure_mode)
		why = secure_mode(phone, items);
	if (why)
		sim_phone_complain(phone, "%s", why);
	sim_reply(phone, SIM_ACTION_WRITE_ITEMS, "accepted");
}
