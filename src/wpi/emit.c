/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "wpi/answer.h"

static const char head[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			   "<DLSMessage xmlns=\"http://www.siemens.com/DLS\""
			   " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
			   " xsi:schemaLocation=\"http://www.siemens.com/DLS\">\n";
static const char tail[] = "</Message></DLSMessage>";
static const char hidden[] = "********";

static const char *text_of(const struct wpi_item *item)
{
	if (item->secret)
		return secret_reveal(item->secret);
	return item->value ? item->value : "";
}

static size_t text_len(const struct wpi_item *item)
{
	return item->secret ? secret_len(item->secret) : strlen(text_of(item));
}

/* What stands for a character between tags; NULL: itself.  A raw CR would be read as LF. */
static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	default:
		return NULL;
	}
}

int wpi_item_check(const struct wpi_item *item, enum wpi_entities entities, struct diag *reterr)
{
	size_t len = text_len(item);
	int r;

	if (!item->name || !wpi_name_is_valid(item->name) || item->index < WPI_NO_INDEX ||
	    item->index > WPI_INDEX_MAX)
		return diag_set(reterr, -E_WPI_ITEM, "%s", error_text(-E_WPI_ITEM));
	r = text_check(text_of(item), len, NULL);
	if (r < 0)
		return diag_set(reterr, r, "%s: %s", item->name, error_text(r));
	if (entities == WPI_ENTITIES || (entities == WPI_LEGACY_REPLACE && !item->secret))
		return 0;
	for (size_t i = 0; i < len; i++)
		if (entity_of(text_of(item)[i]))
			return diag_set(reterr, -E_WPI_ENTITY, "%s: %s", item->name,
					error_text(-E_WPI_ENTITY));
	return 0;
}

const char *wpi_item_value(void *mem, const char *value, enum wpi_entities entities)
{
	char *out, *to;

	if (entities != WPI_LEGACY_REPLACE)
		return value;
	out = to = mem_strdup(mem, value);
	for (const char *s = value; *s; s++) {
		if (*s == '&')
			*to++ = '+';
		else if (!entity_of(*s))
			*to++ = *s;
	}
	*to = '\0';
	return out;
}

static void add_text(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const char *entity = entity_of(s[i]);

		if (entity)
			buf_adds(out, entity);
		else
			buf_addc(out, s[i]);
	}
}

static void add_item(struct buf *out, const struct wpi_item *item, enum wpi_entities entities,
		     bool reveal)
{
	buf_printf(out, "<Item name=\"%s\"", item->name);
	if (item->index != WPI_NO_INDEX)
		buf_printf(out, " index=\"%d\"", item->index);
	buf_adds(out, ">");
	if (item->secret && !reveal) {
		buf_adds(out, hidden);
	} else if (item->secret) {
		add_text(out, text_of(item), text_len(item));
	} else {
		CLEANUP(mem_freep) void *mem = mem_root("wpi_emit");
		const char *value = wpi_item_value(mem, text_of(item), entities);

		add_text(out, value, strlen(value));
	}
	buf_adds(out, "</Item>\n");
}

size_t wpi_answer_size(enum wpi_action action, const char *nonce)
{
	return strlen(head) +
	       strlen("<Message nonce=\"\"><Action></Action><ItemList>\n</ItemList>") +
	       strlen(nonce) + strlen(wpi_action_word(action)) + strlen(tail);
}

/* Of the value as it stands; what replaces characters makes it no longer. */
size_t wpi_item_size(const struct wpi_item *item)
{
	size_t size = strlen("<Item name=\"\"></Item>\n") + strlen(item->name);
	const char *text = text_of(item);
	size_t len = text_len(item);

	if (item->index != WPI_NO_INDEX)
		size += (size_t)snprintf(NULL, 0, " index=\"%d\"", item->index);
	for (size_t i = 0; i < len; i++) {
		const char *entity = entity_of(text[i]);

		size += entity ? strlen(entity) : 1;
	}
	return size;
}

static int emit(void *mem, const struct wpi_answer *answer, const char *nonce,
		enum wpi_entities entities, bool reveal, struct buf **ret, struct diag *reterr)
{
	struct buf *out = buf_new(mem);
	size_t size = wpi_answer_size(answer->action, nonce);
	int r;

	for (size_t i = 0; i < answer->item_count; i++) {
		r = wpi_item_check(&answer->items[i], entities, reterr);
		if (r < 0)
			return r;
		size += wpi_item_size(&answer->items[i]) + (reveal ? 0 : strlen(hidden));
	}
	/* Now, so that growing leaves no copies of secrets behind. */
	buf_reserve(out, size);
	buf_adds(out, head);
	buf_printf(out, "<Message nonce=\"%s\"><Action>%s</Action>", nonce,
		   wpi_action_word(answer->action));
	if (answer->item_count > 0) {
		buf_adds(out, "<ItemList>\n");
		for (size_t i = 0; i < answer->item_count; i++)
			add_item(out, &answer->items[i], entities, reveal);
		buf_adds(out, "</ItemList>");
	}
	buf_adds(out, tail);
	assert(out->len <= size);
	*ret = out;
	return 0;
}

int wpi_emit(void *mem, const struct wpi_answer *answer, const char *nonce,
	     enum wpi_entities entities, struct secret **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_emit");
	struct buf *out;
	int r;

	r = emit(scratch, answer, nonce, entities, true, &out, reterr);
	if (r < 0)
		return r;
	*ret = secret_new_bytes(mem, out->data, out->len);
	explicit_bzero(out->data, out->len);
	return 0;
}

int wpi_emit_redacted(void *mem, const struct wpi_answer *answer, const char *nonce,
		      enum wpi_entities entities, char **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("wpi_emit");
	struct buf *out;
	int r;

	r = emit(scratch, answer, nonce, entities, false, &out, reterr);
	if (r < 0)
		return r;
	*ret = mem_strdup(mem, out->data);
	return 0;
}

struct secret *wpi_emit_clean_up(void *mem, const char *nonce)
{
	static const struct wpi_answer answer = {.action = WPI_ACTION_CLEAN_UP};
	struct secret *body = NULL;
	int r;

	r = wpi_emit(mem, &answer, nonce, WPI_ENTITIES, &body, NULL);
	assert(r == 0); /* there is nothing in it that could be refused */
	(void)r;
	return body;
}
