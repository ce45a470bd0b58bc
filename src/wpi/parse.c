/* SPDX-License-Identifier: MIT */
/*
 * libxml2 calls back for each element; where it stands (the place of its parent)
 * and its name, whatever its namespace, decide what it is.  What has no row in
 * the table of elements is skipped with all that is in it.
 *
 * wpi_bytes() has been over the bytes before: there is no document type, so
 * there are no entities that could be expanded, and nothing to fetch.
 */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/sax.h"
#include "wpi/bytes.h"
#include "wpi/message.h"

const struct wpi_limits wpi_limits_default = {
	.bytes = 1 << 20,
	.items = 10000,
	.value = 64 << 10,
	.depth = 16,
	.attributes = 32,
};

enum place { TOP, ROOT, MESSAGE, REASON, LIST, ITEM, SKIPPED };

/* An ItemList behind </Message> has been seen to be understood, so it is here as well. */
static const struct {
	enum place in;
	const char *name;
	enum place place;
} elements[] = {
	{TOP, "WorkpointMessage", ROOT}, {ROOT, "Message", MESSAGE},
	{ROOT, "ItemList", LIST},	 {MESSAGE, "ReasonForContact", REASON},
	{MESSAGE, "ItemList", LIST},	 {LIST, "Item", ITEM},
};

struct reading {
	struct wpi_message *message;
	const struct wpi_limits *limits;
	xmlParserCtxt *ctxt;
	enum place *places; /* of the elements that are open */
	unsigned depth;
	size_t items; /* left out ones as well */
	bool has_message, has_reason;
	struct buf *text;     /* of the element that is open */
	struct wpi_item item; /* that is open */
	bool item_is_good;
	int result;
	struct diag *reterr;
};

static void refuse(struct reading *in, int r, const char *words)
{
	if (in->result < 0)
		return;
	if (in->reterr && in->ctxt->input) {
		in->reterr->line = (unsigned)in->ctxt->input->line;
		in->reterr->column = (unsigned)in->ctxt->input->col;
	}
	in->result = diag_set(in->reterr, r, "%s", words);
	xmlStopParser(in->ctxt);
}

/* Trimmed, cut to `max` bytes; false when there is no such attribute. */
static bool attribute_get(const xmlChar **attributes, int count, const char *name, char *out,
			  size_t max)
{
	for (int i = 0; i < count; i++, attributes += SAX_ATTRIBUTE_PARTS) {
		const char *s = (const char *)attributes[3], *end = (const char *)attributes[4];
		size_t len;

		if (attributes[1] || strcmp((const char *)attributes[0], name) != 0)
			continue;
		while (s < end && strchr(" \t\r\n", *s))
			s++;
		while (end > s && strchr(" \t\r\n", end[-1]))
			end--;
		len = (size_t)(end - s) < max ? (size_t)(end - s) : max;
		memcpy(out, s, len);
		out[len] = '\0';
		return true;
	}
	return false;
}

/* The guide's table has fragment on ReasonForContact, its samples have it on Message. */
static void take_fragment(struct reading *in, const xmlChar **attributes, int count)
{
	char word[WPI_WORD_MAX + 1];

	if (attribute_get(attributes, count, "fragment", word, WPI_WORD_MAX))
		in->message->is_partial = strcasecmp(word, "next") == 0;
}

static void take_message(struct reading *in, const xmlChar **attributes, int count)
{
	struct wpi_message *message = in->message;
	char word[WPI_NONCE_MAX + 2];
	uint64_t max;

	if (in->has_message) {
		refuse(in, -E_WPI_FORM, "a second <Message>; a WorkpointMessage has one");
		return;
	}
	in->has_message = true;
	if (!attribute_get(attributes, count, "nonce", word, WPI_NONCE_MAX + 1) ||
	    !wpi_nonce_is_valid(word)) {
		refuse(in, -E_WPI_NONCE, error_text(-E_WPI_NONCE));
		return;
	}
	memcpy(message->nonce, word, strlen(word) + 1);
	if (attribute_get(attributes, count, "maxItems", word, WPI_NONCE_MAX) &&
	    text_to_uint(word, WPI_INDEX_MAX, &max))
		message->max_items = (unsigned)max;
	take_fragment(in, attributes, count);
}

static void take_reason(struct reading *in, const xmlChar **attributes, int count)
{
	struct wpi_message *message = in->message;
	char word[WPI_WORD_MAX + 1];

	if (in->has_reason) {
		refuse(in, -E_WPI_FORM, "a second <ReasonForContact>; a message has one");
		return;
	}
	in->has_reason = true;
	message->reply = WPI_REPLY_ACCEPTED;
	if (attribute_get(attributes, count, "action", word, WPI_WORD_MAX))
		message->action = wpi_action_of(word);
	if (attribute_get(attributes, count, "status", word, WPI_WORD_MAX) && *word)
		message->reply = wpi_reply_of(word);
	take_fragment(in, attributes, count);
}

static void take_item(struct reading *in, const xmlChar **attributes, int count)
{
	char name[WPI_NAME_MAX + 2], word[WPI_WORD_MAX + 1];
	uint64_t index;

	if (in->items++ == in->limits->items) {
		refuse(in, -E_WPI_LONG, "more items than a message may have");
		return;
	}
	in->item = (struct wpi_item){.index = WPI_NO_INDEX};
	in->item_is_good = attribute_get(attributes, count, "name", name, WPI_NAME_MAX + 1) &&
			   wpi_name_is_valid(name);
	if (attribute_get(attributes, count, "index", word, WPI_WORD_MAX) && *word) {
		in->item_is_good &= text_to_uint(word, WPI_INDEX_MAX, &index);
		in->item.index = in->item_is_good ? (int)index : WPI_NO_INDEX;
	}
	if (!in->item_is_good) {
		in->message->left_out++;
		return;
	}
	in->item.name = mem_strdup(in->message, name);
	if (attribute_get(attributes, count, "status", word, WPI_WORD_MAX) && *word) {
		in->item.status = wpi_item_status_of(word);
		in->item.status_word = mem_strdup(in->message, word);
	}
}

static void text_wipe(struct reading *in)
{
	explicit_bzero(in->text->data, in->text->len);
	buf_cut(in->text, 0);
}

static void start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		  int namespaces, const xmlChar **namespace, int count, int defaulted,
		  const xmlChar **attributes)
{
	struct reading *in = arg;
	enum place parent = in->depth ? in->places[in->depth - 1] : TOP;
	enum place place = SKIPPED;

	(void)prefix, (void)uri, (void)namespaces, (void)namespace, (void)defaulted;
	if (in->result < 0)
		return;
	if (in->depth == in->limits->depth) {
		refuse(in, -E_WPI_DEPTH, error_text(-E_WPI_DEPTH));
		return;
	}
	for (size_t i = 0; i < COUNT_OF(elements) && place == SKIPPED; i++)
		if (elements[i].in == parent && strcmp(elements[i].name, (const char *)name) == 0)
			place = elements[i].place;
	in->places[in->depth++] = place;
	if (place == MESSAGE)
		take_message(in, attributes, count);
	else if (place == REASON)
		take_reason(in, attributes, count);
	else if (place == ITEM)
		take_item(in, attributes, count);
	else if (parent == TOP && place == SKIPPED)
		refuse(in, -E_WPI_FORM, "a phone's message begins with <WorkpointMessage>");
	if (place == REASON || place == ITEM)
		text_wipe(in);
}

static char *trimmed(struct buf *text)
{
	char *s = text->data;

	while (text->len > 0 && strchr(" \t\r\n", s[text->len - 1]))
		buf_cut(text, text->len - 1);
	return s + strspn(s, " \t\r\n");
}

static void end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *in = arg;
	enum place place;

	(void)name, (void)prefix, (void)uri;
	if (in->result < 0)
		return;
	place = in->places[--in->depth];
	if (place == REASON) {
		in->message->reason = wpi_reason_of(trimmed(in->text));
	} else if (place == ITEM && in->item_is_good) {
		struct wpi_message *message = in->message;
		const char *value = trimmed(in->text);

		if (wpi_name_is_secret(in->item.name))
			in->item.secret = secret_new(message, value);
		else
			in->item.value = mem_strdup(message, value);
		*mem_push(message, &message->items, &message->item_count) = in->item;
		text_wipe(in);
	}
}

static void text(void *arg, const xmlChar *s, int len)
{
	struct reading *in = arg;
	enum place place = in->depth ? in->places[in->depth - 1] : TOP;

	if (in->result < 0 || (place != REASON && place != ITEM))
		return;
	if (in->text->len + (size_t)len > in->limits->value)
		refuse(in, -E_WPI_LONG, "a value that is longer than it may be");
	else
		buf_add(in->text, s, (size_t)len);
}

/* The first one; what follows comes of it.  libxml2's words may quote the input, so they are not used. */
static void complain(void *arg, xmlErrorPtr error)
{
	struct reading *in = arg;

	if (error->level != XML_ERR_FATAL || in->result < 0)
		return;
	if (in->reterr) {
		in->reterr->line = error->line > 0 ? (unsigned)error->line : 0;
		in->reterr->column = error->int2 > 0 ? (unsigned)error->int2 : 0;
	}
	in->result = diag_set(in->reterr, -E_WPI_XML, "%s (libxml2's error %d)",
			      error_text(-E_WPI_XML), error->code);
	xmlStopParser(in->ctxt);
}

static int parse(struct reading *in, const char *data, size_t len)
{
	static const struct sax sax = {
		.start = start, .end = end, .text = text, .complain = complain};
	int r = sax_parse(&sax, in, &in->ctxt, data, len, in->reterr);

	if (r < 0)
		return r;
	if (in->result == 0 && r == 0)
		return diag_set(in->reterr, -E_WPI_XML, "%s", error_text(-E_WPI_XML));
	if (in->result == 0 && !in->has_message)
		return diag_set(in->reterr, -E_WPI_FORM, "the WorkpointMessage has no <Message>");
	if (in->result == 0 && !in->has_reason)
		return diag_set(in->reterr, -E_WPI_FORM, "the message has no <ReasonForContact>");
	return in->result;
}

int wpi_parse(void *mem, const char *data, size_t len, const struct wpi_limits *limits,
	      struct wpi_message **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_parse");
	struct reading in = {.limits = limits, .reterr = reterr};
	char *bytes = NULL;
	size_t bytes_len = 0;
	int r;

	in.message = mem_new(scratch, struct wpi_message);
	/* Who makes another message of the same digest only answers himself. */
	in.message->digest = hash_bytes(data, len);
	in.places = mem_array(scratch, enum place, limits->depth + 1);
	in.text = buf_new(scratch);
	/* Now, so that growing leaves no copies of values behind. */
	buf_reserve(in.text, limits->value);
	r = wpi_bytes(scratch, data, len, limits, in.message, &bytes, &bytes_len, reterr);
	if (r == 0)
		r = parse(&in, bytes, bytes_len);
	if (bytes)
		explicit_bzero(bytes, bytes_len);
	explicit_bzero(in.text->data, in.text->len);
	if (r < 0)
		return r;
	*ret = talloc_steal(mem, in.message);
	return 0;
}
