/* SPDX-License-Identifier: MIT */
/*
 * A number of messages of desk phones, through reader and flow:
 *
 *     wpi_messages COUNT [SEED] < dialogues
 *
 * Dialogues are those of tests/data/wpi, a zero byte behind each message and two
 * behind the last.  A game is a session with a policy, wants and orders drawn by
 * lot; who speaks is a dialogue whose messages are broken, or a simulated phone
 * with quirks drawn by lot, which is sometimes misheard.  One that is heard as it
 * speaks must come to an end and find nothing to complain of.  The same seed plays
 * the same games.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "sim/phone.h"
#include "wpi_check.h"

enum { WANTS_MAX = 40, BROKEN_MAX = 300000, PHONE_MESSAGES_MAX = 400, COMPLAINT_MAX = 400 };

struct corpus {
	struct buf **dialogues; /* messages with a zero byte behind each */
	size_t count;
};

struct game {
	void *mem;
	struct wpi_session *session;
	struct wpi_policy policy;
	struct wpi_wants wants;
	struct wpi_want *items;
	int64_t now;
	struct wpi_turn turn;
};

static struct {
	uint64_t state, messages, understood, broken, games, honest, longest;
} total;

static uint64_t lot(uint64_t below)
{
	uint64_t x = total.state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) % below;
}

static const char *const tokens[] = {
	"<Item name=\"e164\">1</Item>",
	"</Item>",
	"<ItemList>",
	"</ItemList>",
	"<ItemList/>",
	"fragment=\"next\"",
	"fragment=\"final\"",
	"maxItems=\"1\"",
	"maxItems=\"4294967297\"",
	"status=\"busy\"",
	"status=\"failed\"",
	"action=\"WriteItems\"",
	"action=\"ReadAllItems\"",
	"index=\"999999999999\"",
	"nonce=\"\"",
	"nonce=\"A\"",
	"<!-- -->",
	"<![CDATA[",
	"]]>",
	"<!DOCTYPE a [<!ENTITY e \"e\">]>",
	"&e;",
	"&#0;",
	"&#x10ffff;",
	"&amp;",
	"\xff",
	"\xc3",
	"\xed\xa0\x80",
	"start-up",
	"reply-to",
	"clean-up",
	"solicited",
	"local-changes",
	"status",
	"<?xml version=\"1.0\" encoding=\"utf-16\"?>",
	"xmlns=\"http://example.net\"",
};

static void insert(struct buf *text, size_t at, const char *data, size_t len)
{
	char *tail = malloc(text->len - at + 1);
	size_t tail_len = text->len - at;

	memcpy(tail, text->data + at, tail_len);
	buf_cut(text, at);
	buf_add(text, data, len);
	buf_add(text, tail, tail_len);
	free(tail);
}

static void cut(struct buf *text, size_t at, size_t len)
{
	memmove(text->data + at, text->data + at + len, text->len - at - len);
	buf_cut(text, text->len - len);
}

/* A stretch of the text, again; seldom as often as it takes to reach limits. */
static void repeat(struct buf *text, size_t at, size_t len)
{
	uint64_t times = lot(200) ? 1 + lot(3) : 1 + lot(12000);
	struct buf *more = buf_new(NULL);

	while (times-- > 0 && text->len + more->len + len < BROKEN_MAX)
		buf_add(more, text->data + at, len);
	if (more->len)
		insert(text, at, more->data, more->len);
	mem_free(more);
}

static void break_once(struct buf *text)
{
	size_t at = text->len ? lot(text->len) : 0;
	size_t most = text->len - at;
	size_t len = most ? lot(most < 200 ? most : 200) : 0;
	const char *token = tokens[lot(COUNT_OF(tokens))];
	char *item;

	if (!text->len)
		return;
	switch (lot(8)) {
	case 0:
		text->data[at] = (char)lot(256);
		break;
	case 1:
		text->data[at] ^= (char)(1 << lot(8));
		break;
	case 2:
		cut(text, at, len);
		break;
	case 3:
		repeat(text, at, len);
		break;
	case 4:
		buf_cut(text, at);
		break;
	case 5:
		item = strstr(text->data + at, "<Item ");
		if (item && strstr(item, "</Item>"))
			repeat(text, (size_t)(item - text->data),
			       (size_t)(strstr(item, "</Item>") + 7 - item));
		break;
	default:
		/* between tags, where it may mean something */
		item = strchr(text->data + at, lot(2) ? '>' : ' ');
		insert(text, item ? (size_t)(item + 1 - text->data) : at, token, strlen(token));
	}
}

/* What a caller keeps of the records. */
static void remember(struct game *game)
{
	for (size_t i = 0; i < game->turn.record_count; i++) {
		const struct wpi_record *record = &game->turn.records[i];

		for (size_t k = 0; record->item && k < game->wants.item_count; k++) {
			struct wpi_want *want = &game->items[k];

			if (strcmp(want->item.name, record->item->name) != 0 ||
			    want->item.index != record->item->index)
				continue;
			want->refused = want->refused || record->kind == WPI_RECORD_REFUSED;
			if (record->kind == WPI_RECORD_WRITTEN ||
			    record->kind == WPI_RECORD_NOT_WRITTEN) {
				want->writes++;
				want->written_at = game->now;
			}
		}
		for (size_t k = 0; record->order && k < game->wants.order_count; k++)
			if ((record->kind == WPI_RECORD_ORDER_TAKEN ||
			     record->kind == WPI_RECORD_FILE_TAKEN) &&
			    strcmp(game->wants.orders[k].id, record->order) == 0)
				game->wants.order_count = 0;
	}
}

/* False: the message was not understood, and is answered as those are. */
static bool hear(struct game *game, const char *data, size_t len)
{
	CLEANUP(mem_freep) void *mem = mem_root("message");
	/* to the byte, so that a sanitizer sees who reads on */
	char *body = malloc(len ? len : 1);
	struct wpi_message *message;
	struct diag diag = {0};
	int r;

	total.messages++;
	memcpy(body, data, len);
	r = wpi_parse(mem, body, len, &wpi_limits_default, &message, &diag);
	free(body);
	if (r < 0) {
		demand(diag.text[0] && text_check(diag.text, strlen(diag.text), NULL) == 0);
		return false;
	}
	total.understood++;
	message_check(message);
	wpi_step(game->session, message, &game->wants, &game->policy, game->now, &game->turn);
	game->now += (int64_t)lot(3);
	answer_check(game->turn.body, &game->policy);
	records_check(&game->turn);
	remember(game);
	return true;
}

static const char *const names[] = {
	"e164",
	"reg-addr",
	"reg-port",
	"sip-user-id",
	"sip-name",
	"display-id",
	"dhcp",
	"country-iso",
	"sip-pwd",
	"admin-pwd",
	"dial-plan-enabled",
	"mac-addr",
	"software-version",
	"function-key-def",
	"key-label-unicode",
	"select-dial",
	"codec-allowed",
	"XML-app-name",
	"never-heard-of",
};

static const char *const values[] = {
	"",	    "true",	   "false",   "1",
	"5060",	    "192.168.1.5", "Empfang", "M\xc3\xbcller & S\xc3\xb6hne",
	"a<b>\"c'", "\x01"};

static void wants_make(struct game *game)
{
	size_t count = lot(WANTS_MAX);

	game->items = mem_array(game->mem, struct wpi_want, count + 1);
	for (size_t i = 0; i < count; i++) {
		struct wpi_want *want = &game->items[i];
		const char *name = names[lot(COUNT_OF(names))];
		bool indexed = strstr(name, "key") || strstr(name, "dial") || strchr(name, 'X');
		const char *value = values[lot(COUNT_OF(values))];

		want->item.name = name;
		want->item.index = indexed ? (int)(1 + lot(9)) : WPI_NO_INDEX;
		if (wpi_name_is_secret(name))
			want->item.secret = secret_new(game->mem, value);
		else
			want->item.value = value;
		want->kept = !lot(10);
	}
	game->wants.items = game->items;
	game->wants.item_count = count;
}

static const struct wpi_item file_items[] = {
	{.name = "file-https-base-url",
	 .index = WPI_NO_INDEX,
	 .value = "https://10.0.0.1/bell.wav"},
	{.name = "file-type", .index = WPI_NO_INDEX, .value = "RINGTONE"},
};
static const struct wpi_item software_items[] = {
	{.name = "file-https-base-url",
	 .index = WPI_NO_INDEX,
	 .value = "https://10.0.0.1/os60.img"},
	{.name = "file-priority", .index = WPI_NO_INDEX, .value = "normal"},
	{.name = "file-sw-type", .index = WPI_NO_INDEX, .value = "Siemens SIP"},
	{.name = "file-sw-version", .index = WPI_NO_INDEX, .value = "V3 R5.21.0"},
	{.name = "file-type", .index = WPI_NO_INDEX, .value = "APP"},
};
static const struct wpi_item question[] = {
	{.name = "reg-addr", .index = WPI_NO_INDEX, .value = ""},
};
static const struct wpi_order orders[] = {
	{"read", WPI_ACTION_READ_ITEMS, question, 1},
	{"file", WPI_ACTION_FILE_DEPLOYMENT, file_items, COUNT_OF(file_items)},
	{"firmware", WPI_ACTION_SOFTWARE_DEPLOYMENT, software_items, COUNT_OF(software_items)},
	{"restart", WPI_ACTION_RESTART, NULL, 0},
};

static void game_init(struct game *game, void *mem)
{
	*game = (struct game){.mem = mem,
			      .session = wpi_session_new(mem),
			      .policy = wpi_policy_default,
			      .now = 1000000};
	game->policy.local_changes = (enum wpi_local_changes)lot(3);
	game->policy.entities = (enum wpi_entities)lot(3);
	if (!lot(2))
		game->policy.message_bytes = 600 + lot(3000);
	if (!lot(4))
		game->policy.fragments = 1 + (unsigned)lot(5);
	if (!lot(4))
		game->policy.read_items = 1 + lot(100);
	game->wants.check = (enum wpi_check)lot(3);
	if (!lot(3)) {
		game->wants.orders = &orders[lot(COUNT_OF(orders))];
		game->wants.order_count = 1;
	}
	wants_make(game);
}

/* Messages of people's dialogues, each broken a little or not at all; sometimes of two of them. */
static void play_corpus(struct game *game, const struct corpus *corpus)
{
	const struct buf *dialogue = corpus->dialogues[lot(corpus->count)];
	struct buf *text = buf_new(game->mem);

	for (size_t at = 0; at < dialogue->len;) {
		size_t len = strlen(dialogue->data + at);

		buf_cut(text, 0);
		buf_add(text, dialogue->data + at, len);
		for (uint64_t times = lot(5); times > 0; times--) {
			break_once(text);
			total.broken++;
		}
		hear(game, text->data, text->len);
		if (!lot(6))
			dialogue = corpus->dialogues[lot(corpus->count)];
		at = at + len + 1;
		while (at < dialogue->len && at > 0 && dialogue->data[at - 1])
			at--;
	}
}

static void phone_told(void *arg, const struct sim_phone *phone, enum sim_event event,
		       const char *words)
{
	(void)phone;
	if (event == SIM_COMPLAINS)
		snprintf(arg, COMPLAINT_MAX, "%s", words);
}

static void phone_fetches(struct sim_phone *phone)
{
	static const char image[] = "OpenStage\0V3 R5.21.0";

	sim_phone_fetched(phone, &(struct sim_fetched){
					 .good = lot(4),
					 .head = image,
					 .head_len = sizeof(image),
					 .len = sizeof(image),
					 .sha256 = "",
				 });
}

/* True: it was heard as it spoke all the time. */
static bool phone_speaks(struct game *game, struct sim_phone *phone, bool mishears)
{
	static const char lost[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";
	struct buf *text = buf_new(game->mem);
	bool honest = true;

	while (phone->next != SIM_NEXT_REST && phone->messages < PHONE_MESSAGES_MAX) {
		if (phone->next == SIM_NEXT_FETCH) {
			phone_fetches(phone);
			continue;
		}
		buf_cut(text, 0);
		buf_add(text, phone->said->data, phone->said->len);
		if (mishears && !lot(4)) {
			break_once(text);
			total.broken++;
			honest = false;
		}
		if (hear(game, text->data, text->len))
			sim_phone_hear(phone, secret_reveal(game->turn.body),
				       secret_len(game->turn.body));
		else
			sim_phone_hear(phone, lost, sizeof(lost) - 1);
	}
	return honest;
}

static void play_phone(struct game *game)
{
	/* those that only wires have, and the call that never ends with an order to be repeated */
	static const uint64_t without = SIM_QUIRK(DUPLICATES);
	char complaint[COMPLAINT_MAX] = "it never rests";
	struct sim_kind kind = {
		.model = lot(2) ? "OpenStage 60" : "OpenScape Desk Phone CP210",
		.software_version = lot(2) ? "V3 R5.12.0" : "V2 R1.10.0",
		.software_type = "Siemens SIP",
		.refuse_share = 30,
		.max_items = 1 + (unsigned)lot(9),
		.fragment_items = 1 + (unsigned)lot(9),
		.messages_max = PHONE_MESSAGES_MAX,
		.tell = phone_told,
		.tell_arg = complaint,
	};
	enum sim_flow flow = (enum sim_flow)lot(SIM_FLOW_LISTEN);
	struct sim_phone *phone;

	for (uint64_t times = lot(5); times > 0; times--)
		kind.quirks |= UINT64_C(1) << lot(SIM_QUIRK_COUNT);
	kind.quirks &= ~without;
	sim_items_set(game->mem, &kind.changes, "reg-port", SIM_NO_INDEX, "5062");
	phone = sim_phone_new(game->mem, &kind, 0, UINT64_C(0x0001e300a9f3), lot(UINT64_MAX));
	sim_phone_call(phone, flow);
	if (!phone_speaks(game, phone, lot(2)))
		return;
	total.honest++;
	if (phone->messages > total.longest)
		total.longest = phone->messages;
	if (phone->complaints || phone->next != SIM_NEXT_REST) {
		fprintf(stderr, "a phone with the quirks %#" PRIx64 ", flow %s: %s\n", kind.quirks,
			sim_flow_name(flow), complaint);
		abort();
	}
}

static void corpus_read(void *mem, struct corpus *ret)
{
	struct buf *dialogue = buf_new(mem);
	char last = 0;

	for (int c; (c = getchar()) != EOF; last = (char)c) {
		if (c || last)
			buf_addc(dialogue, (char)c);
		if (!c && !last && dialogue->len) {
			*mem_push(mem, &ret->dialogues, &ret->count) = dialogue;
			dialogue = buf_new(mem);
		}
	}
	demand(ret->count > 0);
}

int main(int argc, char **argv)
{
	CLEANUP(mem_freep) void *mem = mem_root("messages");
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	int64_t begun = clock_monotonic_ms();
	struct corpus corpus = {0};

	total.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	xmlSetStructuredErrorFunc(NULL, ignore);
	corpus_read(mem, &corpus);
	while (total.messages < count) {
		CLEANUP(mem_freep) void *game_mem = mem_root("game");
		struct game game;

		game_init(&game, game_mem);
		if (lot(2))
			play_corpus(&game, &corpus);
		else
			play_phone(&game);
		total.games++;
	}
	printf("%" PRIu64 " messages in %" PRIu64 " games, %" PRIu64 " times broken, %" PRIu64
	       " understood; %" PRIu64 " phones heard as they spoke, the longest said %" PRIu64
	       "; %.1f s\n",
	       total.messages, total.games, total.broken, total.understood, total.honest,
	       total.longest, (double)(clock_monotonic_ms() - begun) / 1000);
	return 0;
}
