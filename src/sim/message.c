/* SPDX-License-Identifier: MIT */
#include "sim/message.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct {
	const char *name;
	const char *what;
} quirk_words[] = {
#define QUIRK(id, name, what, who) {name, what " (" who ")"},
#include "sim/quirks.def"
#undef QUIRK
};

enum sim_quirk sim_quirk_of(const char *name)
{
	enum sim_quirk quirk = 0;

	while (quirk < SIM_QUIRK_COUNT && strcmp(quirk_words[quirk].name, name) != 0)
		quirk++;
	return quirk;
}

const char *sim_quirk_name(enum sim_quirk quirk)
{
	return quirk_words[quirk].name;
}

const char *sim_quirk_text(enum sim_quirk quirk)
{
	return quirk_words[quirk].what;
}

/* Up to three attributes, beginning with any of them. */
static void add_attributes(struct buf *out, const char *const attributes[3], unsigned first)
{
	for (unsigned i = 0; i < 3; i++) {
		const char *attribute = attributes[(first + i) % 3];

		if (attribute && *attribute)
			buf_printf(out, " %s", attribute);
	}
}

static void add_text(struct buf *out, const char *text, uint64_t quirks)
{
	const char *around = quirks & SIM_QUIRK(WHITE_SPACE) ? "\n      " : "";

	buf_adds(out, around);
	buf_add_xml(out, text);
	buf_adds(out, around);
}

static void add_item(struct buf *out, const struct sim_item *item, uint64_t quirks, unsigned turn)
{
	CLEANUP(mem_freep) void *mem = mem_root("item");
	const char *attributes[3] = {mem_printf(mem, "name=\"%s\"", item->name)};

	if (item->index != SIM_NO_INDEX)
		attributes[1] = mem_printf(mem, "index=\"%d\"", item->index);
	if (item->status)
		attributes[2] = mem_printf(mem, "status=\"%s\"", item->status);
	buf_adds(out, "<Item");
	add_attributes(out, attributes, turn);
	if (!*item->value && quirks & SIM_QUIRK(SELF_CLOSED)) {
		buf_adds(out, "/>\n");
		return;
	}
	buf_addc(out, '>');
	add_text(out, item->value, quirks);
	buf_adds(out, "</Item>\n");
}

static void add_reason(struct buf *out, const struct sim_message *message, uint64_t quirks,
		       unsigned turn, const char *fragment)
{
	CLEANUP(mem_freep) void *mem = mem_root("reason");
	const char *attributes[3] = {fragment};

	if (message->action)
		attributes[1] = mem_printf(mem, "action=\"%s\"", message->action);
	if (message->status)
		attributes[2] = mem_printf(mem, "status=\"%s\"", message->status);
	buf_adds(out, "<ReasonForContact");
	add_attributes(out, attributes, turn);
	buf_addc(out, '>');
	add_text(out, message->reason, quirks);
	buf_adds(out, "</ReasonForContact>\n");
}

/* U+0080 to U+00FF as a byte each, whatever the prolog says. */
static void to_latin_1(struct buf *out)
{
	char *to = out->data;

	for (const char *at = out->data; *at; at++) {
		unsigned char c = (unsigned char)*at;

		if ((c == 0xc2 || c == 0xc3) && ((unsigned char)at[1] & 0xc0) == 0x80)
			*to++ = (char)((c & 3) << 6 | (*++at & 0x3f));
		else
			*to++ = *at;
	}
	buf_cut(out, (size_t)(to - out->data));
}

void sim_message_write(struct buf *out, const struct sim_message *message, uint64_t quirks,
		       unsigned turn)
{
	CLEANUP(mem_freep) void *mem = mem_root("message");
	bool varies = quirks & SIM_QUIRK(ATTRIBUTE_ORDER);
	const char *fragment = !message->action	     ? NULL
			       : message->is_partial ? "fragment=\"next\""
						     : "fragment=\"final\"";
	bool elsewhere = varies && turn % 2;
	const char *attributes[3] = {mem_printf(mem, "nonce=\"%s\"", message->nonce), NULL,
				     elsewhere ? NULL : fragment};

	if (!varies)
		turn = 0;
	if (message->max_items)
		attributes[1] = mem_printf(mem, "maxItems=\"%u\"", message->max_items);
	else if (!(quirks & SIM_QUIRK(NO_MAX_ITEMS)))
		attributes[1] = "maxItems=\"-1\"";
	buf_adds(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		      "<WorkpointMessage xmlns=\"http://www.siemens.com/DLS\""
		      " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
		      " xsi:schemaLocation=\"http://www.siemens.com/DLS\">\n<Message");
	add_attributes(out, attributes, turn);
	buf_adds(out, ">\n");
	add_reason(out, message, quirks, turn, elsewhere ? fragment : NULL);
	if (message->item_count) {
		buf_adds(out, "<ItemList>\n");
		for (size_t i = 0; i < message->item_count; i++)
			add_item(out, &message->items[i], quirks, varies ? turn + (unsigned)i : 0);
		buf_adds(out, "</ItemList>");
	} else if (!(quirks & SIM_QUIRK(NO_ITEM_LIST))) {
		buf_adds(out,
			 quirks & SIM_QUIRK(SELF_CLOSED) ? "<ItemList/>" : "<ItemList></ItemList>");
	}
	buf_adds(out, "</Message></WorkpointMessage>\n");
	if (quirks & SIM_QUIRK(LATIN_1))
		to_latin_1(out);
}

/* The name in an <Item …> tag; false when there is none. */
static bool tag_is_secret(const char *tag, size_t len)
{
	CLEANUP(mem_freep) void *mem = mem_root("tag");
	char *text = mem_strndup(mem, tag, len);
	char *name = strstr(text, "name=");
	char *end;

	if (!name || (name[5] != '"' && name[5] != '\''))
		return false;
	end = strchr(name + 6, name[5]);
	if (!end)
		return false;
	*end = '\0';
	return sim_name_is_secret(name + 6);
}

void sim_message_redact(struct buf *out, const char *xml, size_t len)
{
	static const char item[] = "<Item ";
	const char *end = xml + len;

	while (xml < end) {
		const char *tag = memmem(xml, (size_t)(end - xml), item, sizeof(item) - 1);
		const char *close = tag ? memchr(tag, '>', (size_t)(end - tag)) : NULL;
		const char *after;

		if (!close)
			break;
		buf_add(out, xml, (size_t)(close + 1 - xml));
		xml = close + 1;
		if (close[-1] == '/' || !tag_is_secret(tag, (size_t)(close - tag)))
			continue;
		after = memchr(xml, '<', (size_t)(end - xml));
		if (!after)
			after = end;
		if (after > xml)
			buf_adds(out, "***");
		xml = after;
	}
	buf_add(out, xml, (size_t)(end - xml));
}
