/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "wpi/flow.h"

/* Messages of a phone as bytes, read and answered; what its wants remember is kept as a caller would. */
struct phone {
	void *mem;
	struct wpi_session *session;
	struct wpi_policy policy;
	struct wpi_wants wants;
	struct wpi_want *items;
	int64_t now;
	unsigned said; /* messages */
	struct wpi_turn turn;
	struct wpi_message *message;
	void *message_mem;
};

static inline void phone_init(struct phone *phone, void *mem)
{
	*phone = (struct phone){.mem = mem,
				.session = wpi_session_new(mem),
				.policy = wpi_policy_default,
				.now = 1000000};
}

static inline struct wpi_want *phone_want(struct phone *phone, const char *name, int index,
					  const char *value)
{
	struct wpi_want *want = mem_push(phone->mem, &phone->items, &phone->wants.item_count);

	want->item = (struct wpi_item){.name = mem_strdup(phone->mem, name), .index = index};
	if (wpi_name_is_secret(name))
		want->item.secret = secret_new(phone->mem, value);
	else
		want->item.value = mem_strdup(phone->mem, value);
	phone->wants.items = phone->items;
	return want;
}

static inline struct wpi_want *phone_want_find(struct phone *phone, const struct wpi_item *item)
{
	for (size_t i = phone->wants.item_count; i > 0; i--)
		if (phone->items[i - 1].item.index == item->index &&
		    strcmp(phone->items[i - 1].item.name, item->name) == 0)
			return &phone->items[i - 1];
	return NULL;
}

static inline void phone_remember(struct phone *phone)
{
	for (size_t i = 0; i < phone->turn.record_count; i++) {
		const struct wpi_record *record = &phone->turn.records[i];
		struct wpi_want *want = record->item ? phone_want_find(phone, record->item) : NULL;

		if (!want)
			continue;
		if (record->kind == WPI_RECORD_REFUSED)
			want->refused = true;
		if (record->kind == WPI_RECORD_WRITTEN || record->kind == WPI_RECORD_NOT_WRITTEN) {
			want->writes++;
			want->written_at = phone->now;
		}
	}
}

static inline size_t phone_recorded(const struct phone *phone, enum wpi_record_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < phone->turn.record_count; i++)
		count += phone->turn.records[i].kind == kind;
	return count;
}

/* Says a message with items that are XML; gives the action that follows. */
static inline enum wpi_action phone_say(struct phone *phone, const char *head, const char *items)
{
	struct diag diag = {0};
	struct buf *body = buf_new(phone->mem);

	mem_free(phone->message_mem);
	phone->message_mem = mem_array(phone->mem, char, 1);
	buf_printf(body, "<WorkpointMessage><Message nonce=\"N%u\" %s</ReasonForContact><ItemList>",
		   phone->said++, head);
	buf_adds(body, items);
	buf_adds(body, "</ItemList></Message></WorkpointMessage>");
	if (wpi_parse(phone->message_mem, body->data, body->len, &wpi_limits_default,
		      &phone->message, &diag) < 0)
		fail_msg("%u:%u: %s: %.500s", diag.line, diag.column, diag.text, body->data);
	mem_free(body);
	wpi_step(phone->session, phone->message, &phone->wants, &phone->policy, phone->now,
		 &phone->turn);
	phone_remember(phone);
	return phone->turn.action;
}

#define PHONE_MAC "<Item name=\"mac-addr\">00:01:E3:00:A9:F3</Item>"

static inline enum wpi_action phone_contact(struct phone *phone, const char *reason,
					    const char *items)
{
	CLEANUP(mem_freep) void *mem = mem_root("phone");

	return phone_say(phone, mem_printf(mem, "><ReasonForContact>%s", reason),
			 mem_printf(mem, PHONE_MAC "%s", items));
}

static inline enum wpi_action phone_reply(struct phone *phone, const char *items)
{
	return phone_say(phone, "><ReasonForContact>reply-to", items);
}
