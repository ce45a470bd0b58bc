/* SPDX-License-Identifier: MIT */
/*
 * A dialogue: messages with a zero byte between them.  The first bytes choose what
 * is wanted of the phone.  Whatever it says, it gets an answer that is well-formed
 * XML within the limits, and nothing that was said makes the dialogue longer than
 * it may be.
 */
#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/item.h"
#include "wpi/cookie.h"
#include "wpi/flow.h"
#include "wpi_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct game {
	void *mem;
	struct wpi_session *session;
	struct wpi_policy policy;
	struct wpi_wants wants;
	int64_t now;
	unsigned replies; /* since the last dialogue began */
};

static void say(struct game *game, const uint8_t *data, size_t len)
{
	CLEANUP(mem_freep) void *mem = mem_root("message");
	struct wpi_message *message;
	struct wpi_turn turn;
	struct diag diag = {0};
	/* To the byte, so that a sanitizer sees who reads on. */
	char *body = malloc(len ? len : 1);
	int r;

	memcpy(body, data, len);
	r = wpi_parse(mem, body, len, &wpi_limits_default, &message, &diag);
	free(body);
	if (r < 0) {
		demand(diag.text[0] && text_check(diag.text, strlen(diag.text), NULL) == 0);
		return;
	}
	message_check(message);
	wpi_step(game->session, message, &game->wants, &game->policy, game->now++, &turn);
	answer_check(turn.body, &game->policy);
	records_check(&turn);
	if (wpi_session_state(game->session) == WPI_STATE_IDLE ||
	    wpi_reason_kind(message->reason) != WPI_KIND_GOES_ON)
		game->replies = 0;
	else if (++game->replies > game->policy.turns + 1)
		abort();
}

/* The same bytes as a Cookie header, and as the name of a setting. */
static void names_check(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_strndup(NULL, (const char *)data, size);
	char cookie[COOKIE_LEN + 1], name[ITEM_NAME_MAX + 1];
	const char *at = text;
	int index;

	while (cookie_next(&at, cookie)) {
		demand(strlen(cookie) == COOKIE_LEN);
		demand(at > text && at <= text + strlen(text));
	}
	if (!item_parse(text, name, &index))
		return;
	demand(wpi_name_is_valid(name) && index >= ITEM_NO_INDEX && index <= ITEM_INDEX_MAX);
	demand(strncmp(item_text(text, name, index), text, strlen(name)) == 0);
}

static const struct wpi_want *wants_make(void *mem)
{
	static const struct wpi_want fixed[] = {
		{.item = {.name = "e164", .index = WPI_NO_INDEX, .value = "4242"}},
		{.item = {.name = "dhcp", .index = WPI_NO_INDEX, .value = "true"}, .writes = 1},
		{.item = {.name = "reg-addr", .index = WPI_NO_INDEX, .value = "a<b>&c"}},
		{.item = {.name = "key-label-unicode", .index = 1, .value = "one"}},
		{.item = {.name = "key-label-unicode", .index = 2, .value = "two"}},
		{.item = {.name = "function-key-def", .index = 1, .value = "31"}, .writes = 3},
		{.item = {.name = "evil\"", .index = 3, .value = "\x01"}},
		{.item = {.name = "sip-pwd", .index = WPI_NO_INDEX}},
	};
	struct wpi_want *wants = mem_memdup(mem, fixed, sizeof(fixed));

	wants[COUNT_OF(fixed) - 1].item.secret = secret_new(mem, "p&w");
	return wants;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wpi_item question[] = {{.name = "reg-addr", .index = WPI_NO_INDEX}};
	static const struct wpi_order orders[] = {
		{"read", WPI_ACTION_READ_ITEMS, question, 1},
		{"file", WPI_ACTION_FILE_DEPLOYMENT, question, 1},
		{"firmware", WPI_ACTION_SOFTWARE_DEPLOYMENT, NULL, 0},
	};
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct game game = {.mem = mem, .policy = wpi_policy_default, .now = 1000000};

	xmlSetStructuredErrorFunc(NULL, ignore);
	if (size < 1)
		return 0;
	game.session = wpi_session_new(mem);
	game.policy.local_changes = (enum wpi_local_changes)(data[0] % 3);
	game.policy.entities = (enum wpi_entities)(data[0] / 3 % 3);
	game.wants.check = (enum wpi_check)(data[0] / 9 % 3);
	game.wants.orders = orders;
	game.wants.order_count = data[0] / 27 % (COUNT_OF(orders) + 1);
	game.policy.message_bytes = 600;
	game.policy.fragments = 5;
	game.policy.turns = 20;
	game.wants.items = wants_make(mem);
	game.wants.item_count = 8;
	data++;
	size--;
	names_check(data, size);
	while (size > 0) {
		const uint8_t *end = memchr(data, 0, size);
		size_t len = end ? (size_t)(end - data) : size;

		say(&game, data, len);
		len += end != NULL;
		data += len;
		size -= len;
	}
	return 0;
}
