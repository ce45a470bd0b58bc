/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "wpi/flow.h"

/*
 * A dialogue as a file, played: bytes of requests in, bytes of answers and
 * records out.
 *
 *     # anything                   local-changes: keep|report|overwrite
 *     want NAME[INDEX] = VALUE     entities: send|refuse|replace
 *     kept NAME = VALUE            check: read|push|skip
 *     refused NAME = VALUE         message-bytes: NUMBER
 *     vain NAME = VALUE            clear
 *     taken NAME = VALUE           at SECONDS
 *     order ID ACTION
 *     	NAME = VALUE               (behind a tab: an item of the order)
 *     >>>  the request, up to  <<<  the answer, up to  ===  the state and the records, up to an empty line
 */
struct transcript {
	void *mem;
	const char *path;
	unsigned line;
	struct buf *out; /* the file as it should be */
	struct wpi_session *session;
	struct wpi_policy policy;
	struct wpi_wants wants;
	struct wpi_want *want_items;
	struct wpi_order *orders;
	struct wpi_item *order_items; /* of the last order */
	size_t order_item_count;
	int64_t now;
	unsigned exchanges;
};

static inline void transcript_item(struct transcript *t, char *text, struct wpi_item *ret)
{
	char *value = strstr(text, " =");
	char *index;

	if (!value)
		fail_msg("%s:%u: NAME = VALUE is expected", t->path, t->line);
	*value = '\0';
	value += value[2] ? 3 : 2;
	*ret = (struct wpi_item){.index = WPI_NO_INDEX};
	index = strchr(text, '[');
	if (index) {
		ret->index = (int)strtol(index + 1, NULL, 10);
		*index = '\0';
	}
	ret->name = mem_strdup(t->mem, text);
	if (wpi_name_is_secret(text))
		ret->secret = secret_new(t->mem, value);
	else
		ret->value = mem_strdup(t->mem, value);
}

static inline struct wpi_want *transcript_want(struct transcript *t, char *text)
{
	struct wpi_want *want = mem_push(t->mem, &t->want_items, &t->wants.item_count);

	transcript_item(t, text, &want->item);
	t->wants.items = t->want_items;
	return want;
}

static inline void transcript_order(struct transcript *t, char *text)
{
	struct wpi_order *order = mem_push(t->mem, &t->orders, &t->wants.order_count);
	char *action = strchr(text, ' ');

	assert_non_null(action);
	*action++ = '\0';
	order->id = mem_strdup(t->mem, text);
	order->action = wpi_action_of(action);
	assert_int_not_equal(order->action, WPI_ACTION_NONE);
	t->wants.orders = t->orders;
	t->order_items = NULL;
	t->order_item_count = 0;
}

static inline void transcript_order_item(struct transcript *t, char *text)
{
	struct wpi_order *order = &t->orders[t->wants.order_count - 1];

	transcript_item(t, text, mem_push(t->mem, &t->order_items, &t->order_item_count));
	order->items = t->order_items;
	order->item_count = t->order_item_count;
}

/* The place of `word` in a list of words with blanks. */
static inline int transcript_choice(struct transcript *t, const char *word, const char *words)
{
	int at = 0;

	for (const char *s = words; *s; at++) {
		size_t len = strcspn(s, " ");

		if (strlen(word) == len && memcmp(s, word, len) == 0)
			return at;
		s += len + (s[len] == ' ');
	}
	fail_msg("%s:%u: '%s' is none of: %s", t->path, t->line, word, words);
	return -1;
}

static inline void transcript_directive(struct transcript *t, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (!*line || *line == '#')
		return;
	if (*line == '\t') {
		transcript_order_item(t, line + 1);
		return;
	}
	if (*rest)
		*rest++ = '\0';
	if (strcmp(line, "want") == 0)
		transcript_want(t, rest);
	else if (strcmp(line, "kept") == 0)
		transcript_want(t, rest)->kept = true;
	else if (strcmp(line, "refused") == 0)
		transcript_want(t, rest)->refused = true;
	else if (strcmp(line, "taken") == 0)
		transcript_want(t, rest)->writes = 1;
	else if (strcmp(line, "vain") == 0)
		*transcript_want(t, rest) =
			(struct wpi_want){.item = t->want_items[t->wants.item_count - 1].item,
					  .writes = t->policy.writes_max,
					  .written_at = t->now};
	else if (strcmp(line, "order") == 0)
		transcript_order(t, rest);
	else if (strcmp(line, "local-changes:") == 0)
		t->policy.local_changes =
			(enum wpi_local_changes)transcript_choice(t, rest, "keep report overwrite");
	else if (strcmp(line, "entities:") == 0)
		t->policy.entities =
			(enum wpi_entities)transcript_choice(t, rest, "send refuse replace");
	else if (strcmp(line, "check:") == 0)
		t->wants.check = (enum wpi_check)transcript_choice(t, rest, "read push skip");
	else if (strcmp(line, "message-bytes:") == 0)
		t->policy.message_bytes = strtoul(rest, NULL, 10);
	else if (strcmp(line, "at") == 0)
		t->now = strtol(rest, NULL, 10);
	else if (strcmp(line, "clear") == 0)
		t->wants.item_count = t->wants.order_count = 0;
	else
		fail_msg("%s:%u: '%s' is nothing that a transcript says", t->path, t->line, line);
}

static inline void transcript_record(struct buf *out, const struct wpi_record *record)
{
	const struct wpi_item *item = record->item;

	buf_adds(out, wpi_record_name(record->kind));
	if (item && item->index != WPI_NO_INDEX)
		buf_printf(out, " %s[%d]", item->name, item->index);
	else if (item)
		buf_printf(out, " %s", item->name);
	if (item && item->status != WPI_ITEM_FINE)
		buf_printf(out, " (%s)", item->status_word);
	else if (item && item->value && record->kind != WPI_RECORD_WRITTEN)
		buf_printf(out, " = %s", item->value);
	if (record->order)
		buf_printf(out, " %s", record->order);
	if (record->words)
		buf_printf(out, ": %s", record->words);
	buf_adds(out, "\n");
}

static inline void transcript_answer(struct transcript *t, const char *request, size_t len)
{
	struct wpi_message *message;
	struct wpi_turn turn;
	struct diag diag = {0};
	int r;

	r = wpi_parse(t->mem, request, len, &wpi_limits_default, &message, &diag);
	if (r < 0) {
		buf_adds(t->out, secret_reveal(wpi_emit_clean_up(t->mem, "")));
		buf_printf(t->out, "\n===\n%s, line %u, column %u: %s\n", error_name(r), diag.line,
			   diag.column, diag.text);
		return;
	}
	wpi_step(t->session, message, &t->wants, &t->policy, t->now, &turn);
	buf_add(t->out, secret_reveal(turn.body), secret_len(turn.body));
	buf_printf(t->out, "\n===\n%s\n", wpi_state_name(wpi_session_state(t->session)));
	for (size_t i = 0; i < turn.record_count; i++)
		transcript_record(t->out, &turn.records[i]);
}

/* Plays `text`, and gives it back with the answers as they are. */
static inline struct buf *transcript_play(void *mem, const char *path, const char *text,
					  unsigned *ret_exchanges)
{
	struct transcript t = {.mem = mem,
			       .path = path,
			       .out = buf_new(mem),
			       .session = wpi_session_new(mem),
			       .policy = wpi_policy_default,
			       .now = 1000000};
	enum { DIRECTIVES, REQUEST, ANSWER } part = DIRECTIVES;
	struct buf *request = buf_new(mem);

	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = mem_strndup(mem, text, len);

		text += len + (text[len] == '\n');
		t.line++;
		if (part == REQUEST && strcmp(line, "<<<") == 0) {
			buf_adds(t.out, "<<<\n");
			transcript_answer(&t, request->data, request->len ? request->len - 1 : 0);
			buf_cut(request, 0);
			part = ANSWER;
			t.exchanges++;
		} else if (part == ANSWER) {
			/* There is none in an answer. */
			if (!*line) {
				buf_adds(t.out, "\n");
				part = DIRECTIVES;
			}
		} else {
			buf_printf(t.out, "%s\n", line);
			if (part == REQUEST)
				buf_printf(request, "%s\n", line);
			else if (strcmp(line, ">>>") == 0)
				part = REQUEST;
			else
				transcript_directive(&t, line);
		}
	}
	assert_int_not_equal(part, REQUEST);
	*ret_exchanges = t.exchanges;
	return t.out;
}
