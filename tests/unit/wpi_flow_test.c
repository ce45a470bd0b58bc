/* SPDX-License-Identifier: MIT */
#include "wpi_phone.h"

#include <libxml/parser.h>
#include <stdio.h>

static int setup(void **state)
{
	*state = mem_root("wpi_flow_test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

static uint64_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 33) % below;
}

static void every_state_has_a_row_for_every_reply(void **state)
{
	enum { NONE, ACCEPTED, PARTIAL, FAILED, BUSY, STRAY, OUTCOMES };
	enum { ANY = WPI_STATE_COUNT };
	unsigned rows[WPI_STATE_COUNT + 1][WPI_REASON_COUNT][OUTCOMES] = {0};

	(void)state;
#define WPI_STATE_ANY ANY
#define FLOW(state, reason, outcome, step, what)                                                   \
	rows[WPI_STATE_##state][WPI_REASON_##reason][outcome]++;
#include "wpi/flows.def"
#undef FLOW
	for (int reason = 0; reason < WPI_REASON_COUNT; reason++)
		for (int in = 0; in <= WPI_STATE_COUNT; in++)
			for (int outcome = 0; outcome < OUTCOMES; outcome++) {
				bool is_reply = reason == WPI_REASON_REPLY_TO;
				bool wanted = is_reply ? in != ANY && outcome != NONE
						       : in == ANY && outcome == NONE;

				assert_int_equal(rows[in][reason][outcome], wanted);
			}
}

/* Counts and checks the items of an answer; returns how many there are. */
static size_t items_in(const struct phone *phone, const char *name, int index)
{
	char tag[128];
	size_t count = 0;

	if (index == WPI_NO_INDEX)
		snprintf(tag, sizeof(tag), "<Item name=\"%s\"", name);
	else
		snprintf(tag, sizeof(tag), "<Item name=\"%s\" index=\"%d\"", name, index);
	for (const char *s = secret_reveal(phone->turn.body); (s = strstr(s, tag)); s++)
		count += s[strlen(tag)] == '>';
	return count;
}

static size_t items_of(const struct phone *phone)
{
	size_t count = 0;

	for (const char *s = secret_reveal(phone->turn.body); (s = strstr(s, "<Item ")); s++)
		count++;
	return count;
}

static void two_hundred_indexed_items_go_in_batches_without_those_that_are_there(void **state)
{
	struct phone phone;
	struct buf *all = buf_new(*state);
	unsigned messages = 0;
	size_t sent = 0, refused = 0;

	phone_init(&phone, *state);
	phone.policy.message_bytes = 2000;
	for (int i = 1; i <= 200; i++) {
		phone_want(&phone, "key-label-unicode", i, "new");
		buf_printf(all, "<Item name='key-label-unicode' index='%d'>%s</Item>", i,
			   i % 4 ? "old" : "new");
	}
	assert_int_equal(phone_contact(&phone, "start-up", ""), WPI_ACTION_READ_ALL_ITEMS);
	phone_reply(&phone, all->data);
	while (phone.turn.action == WPI_ACTION_WRITE_ITEMS) {
		const char *problem = "";

		assert_true(secret_len(phone.turn.body) <= 2000);
		for (int i = 4; i <= 200; i += 4)
			assert_int_equal(items_in(&phone, "key-label-unicode", i), 0);
		sent += items_of(&phone);
		if (items_in(&phone, "key-label-unicode", 7))
			problem = "<Item name='key-label-unicode' index='7' status='read only'/>";
		if (items_in(&phone, "key-label-unicode", 199))
			problem = "<Item name='key-label-unicode' index='199' status='failed'/>"
				  "<Item name='key-label-unicode' index='198' status='?'/>";
		messages++;
		phone_reply(&phone, problem);
		refused += phone_recorded(&phone, WPI_RECORD_REFUSED);
	}
	assert_int_equal(phone.turn.action, WPI_ACTION_CLEAN_UP);
	assert_int_equal(sent, 150);
	assert_true(messages > 3);
	assert_int_equal(refused, 3);
	for (int i = 0; i < 200; i++)
		assert_true(phone.items[i].refused == (i + 1 == 7 || i + 1 == 198 || i + 1 == 199));
	/* Nothing has changed: nothing is written. */
	phone_contact(&phone, "start-up", "");
	buf_cut(all, 0);
	for (int i = 1; i <= 200; i++)
		buf_printf(all, "<Item name='key-label-unicode' index='%d'>%s</Item>", i,
			   phone.items[i - 1].refused ? "old" : "new");
	assert_int_equal(phone_reply(&phone, all->data), WPI_ACTION_CLEAN_UP);
}

/* Every want is sent once, whatever the limits are; no group is taken apart that fits. */
static void batches_keep_the_limits(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 150; round++) {
		CLEANUP(mem_freep) void *mem = mem_root("round");
		struct phone phone;
		unsigned most = pick(3) ? 1 + pick(12) : 0;
		unsigned count = 1 + pick(120);
		size_t sent = 0;
		char head[96];

		seed = round;
		phone_init(&phone, mem);
		phone.policy.message_bytes = 400 + pick(4000);
		phone.policy.turns = 1000;
		for (unsigned i = 0; i < count; i++) {
			char name[32], value[300];

			snprintf(name, sizeof(name), "item-%u", i);
			memset(value, "x&<\n"[pick(4)], sizeof(value));
			value[pick(pick(4) ? 20 : sizeof(value))] = '\0';
			value[sizeof(value) - 1] = '\0';
			phone_want(&phone, name, (int)pick(40) - 1, value);
		}
		phone.wants.check = WPI_CHECK_PUSH;
		snprintf(head, sizeof(head), "maxItems=\"%d\"><ReasonForContact>start-up",
			 most ? (int)most : -1);
		phone_say(&phone, head, PHONE_MAC);
		sent += phone_recorded(&phone, WPI_RECORD_UNSENDABLE);
		while (phone.turn.action == WPI_ACTION_WRITE_ITEMS) {
			assert_true(secret_len(phone.turn.body) <= phone.policy.message_bytes);
			assert_true(!most || items_of(&phone) <= most);
			phone_reply(&phone, "");
			sent += phone_recorded(&phone, WPI_RECORD_WRITTEN);
		}
		assert_int_equal(phone.turn.action, WPI_ACTION_CLEAN_UP);
		assert_int_equal(sent, count);
		for (unsigned i = 0; i < count; i++)
			assert_true(phone.items[i].writes <= 1);
	}
}

static void what_belongs_to_a_key_is_in_one_message(void **state)
{
	struct phone phone;

	phone_init(&phone, *state);
	phone.wants.check = WPI_CHECK_PUSH;
	phone.policy.message_bytes = 900;
	for (int key = 1; key <= 30; key++) {
		phone_want(&phone, "function-key-def", key, "1");
		phone_want(&phone, "key-label-unicode", key, "Label");
		phone_want(&phone, "select-dial", key, "4242");
	}
	phone_contact(&phone, "start-up", "");
	while (phone.turn.action == WPI_ACTION_WRITE_ITEMS) {
		for (int key = 1; key <= 30; key++) {
			size_t n = items_in(&phone, "function-key-def", key);

			assert_int_equal(items_in(&phone, "key-label-unicode", key), n);
			assert_int_equal(items_in(&phone, "select-dial", key), n);
		}
		assert_true(items_of(&phone) > 3);
		phone_reply(&phone, "");
	}
	for (size_t i = 0; i < phone.wants.item_count; i++)
		assert_int_equal(phone.items[i].writes, 1);
}

/*
 * A phone that makes another value of what it is given, and calls after each writing
 * with the whole truth: as many local changes as there are writings, for ever.
 */
static unsigned storm(void *mem, const char *flag, bool refuses_all)
{
	struct phone phone;
	unsigned writings = 0;

	phone_init(&phone, mem);
	phone.policy.local_changes = WPI_LOCAL_OVERWRITE;
	phone_want(&phone, "display-id", WPI_NO_INDEX, "Reception desk number one");
	phone_want(&phone, "dhcp", WPI_NO_INDEX, "true");
	phone_want(&phone, "sip-pwd", WPI_NO_INDEX, "secret");
	for (unsigned call = 0; call < 1000; call++) {
		bool written = false;
		char told[300];

		snprintf(told, sizeof(told),
			 "<Item name='display-id'>Reception d%u</Item><Item name='dhcp'>%s</Item>"
			 "<Item name='sip-pwd'/>",
			 call, call % 2 ? "false" : "0");
		phone_contact(&phone, "local-changes",
			      mem_printf(mem,
					 "<Item name='configuration-attached-flag'>%s</Item>%s",
					 flag, told));
		if (phone.turn.action == WPI_ACTION_READ_ALL_ITEMS)
			phone_reply(&phone, told);
		while (phone.turn.action == WPI_ACTION_WRITE_ITEMS) {
			written = true;
			writings++;
			if (refuses_all)
				phone_say(&phone, "><ReasonForContact status='failed'>reply-to",
					  "");
			else
				phone_reply(&phone, "");
		}
		assert_int_equal(phone.turn.action, WPI_ACTION_CLEAN_UP);
		phone.now++;
		if (!written)
			return writings;
	}
	fail_msg("the storm does not end");
	return 0;
}

static void a_storm_of_local_changes_ends(void **state)
{
	const unsigned most = wpi_policy_default.writes_max;

	assert_in_range(storm(*state, "true", false), 1, most);
	assert_in_range(storm(*state, "false", false), 1, most);
	assert_in_range(storm(*state, "true", true), 1, most);
	assert_in_range(storm(*state, "false", true), 1, most);
}

static void a_phone_that_writes_change_is_not_booted_for_ever(void **state)
{
	struct phone phone;
	unsigned writings = 0;

	phone_init(&phone, *state);
	phone_want(&phone, "vlan-id", WPI_NO_INDEX, "7");
	/* An item that makes it boot, and that it forgets. */
	for (unsigned boot = 0; boot < 100; boot++, phone.now += 30) {
		assert_int_equal(phone_contact(&phone, "start-up", ""), WPI_ACTION_READ_ALL_ITEMS);
		if (phone_reply(&phone, "<Item name='vlan-id'>1</Item>") != WPI_ACTION_WRITE_ITEMS)
			continue;
		writings++;
		phone_reply(&phone, "");
	}
	assert_int_equal(writings, 3);
}

static enum wpi_action say_anything(struct phone *phone, bool may_open)
{
	static const char *const openings[] = {
		"><ReasonForContact>start-up",	    "maxItems=\"3\"><ReasonForContact>solicited",
		"><ReasonForContact>local-changes", "><ReasonForContact>inventory-changes",
		"><ReasonForContact>status",	    "><ReasonForContact>clean-up",
		"><ReasonForContact>whatever",
	};
	static const char *const replies[] = {
		"><ReasonForContact>reply-to",
		"fragment=\"next\"><ReasonForContact>reply-to",
		"maxItems=\"1\"><ReasonForContact>reply-to",
		"><ReasonForContact action=\"ReadAllItems\">reply-to",
		"fragment=\"next\"><ReasonForContact action=\"ReadAllItems\">reply-to",
		"><ReasonForContact action=\"WriteItems\">reply-to",
		"><ReasonForContact action=\"GetNextFragment\">reply-to",
		"><ReasonForContact action=\"ReadItems\" status=\"accepted\">reply-to",
		"><ReasonForContact action=\"Restart\">reply-to",
		"><ReasonForContact status=\"busy\">reply-to",
		"><ReasonForContact status=\"failed\">reply-to",
		"><ReasonForContact status=\"odd\">reply-to",
	};
	static const char *const items[] = {
		"",
		"<Item name='a'>1</Item><Item name='b' index='2'>x</Item>",
		"<Item name='configuration-attached-flag'>true</Item><Item name='a'>3</Item>",
		"<Item name='a' status='read only'/><Item name='sip-pwd'>****</Item>",
		"<Item name='file-deployment-name'>x</Item>"
		"<Item name='file-deployment-status'>no</Item>",
		"<Item name='file-deployment-name'>x</Item>"
		"<Item name='file-deployment-status'>OK</Item>",
	};
	char all[400];

	snprintf(all, sizeof(all), "%s%s", pick(20) ? PHONE_MAC : "", items[pick(COUNT_OF(items))]);
	/* The first three replies, most of the time: those that keep a dialogue going. */
	return phone_say(phone,
			 may_open ? openings[pick(COUNT_OF(openings))]
				  : replies[pick(pick(8) ? 3 : COUNT_OF(replies))],
			 all);
}

static bool is_over(enum wpi_action action)
{
	return action == WPI_ACTION_CLEAN_UP || action == WPI_ACTION_RESTART ||
	       action == WPI_ACTION_FILE_DEPLOYMENT || action == WPI_ACTION_SOFTWARE_DEPLOYMENT;
}

static void any_sequence_of_messages_ends(void **state)
{
	static const struct wpi_item question[] = {{.name = "c", .index = WPI_NO_INDEX}};
	static const struct wpi_order orders[] = {
		{"1", WPI_ACTION_SOFTWARE_DEPLOYMENT, NULL, 0},
		{"2", WPI_ACTION_READ_ITEMS, question, 1},
		{"3", WPI_ACTION_FILE_DEPLOYMENT, NULL, 0},
		{"4", WPI_ACTION_RESTART, NULL, 0},
		{"5", WPI_ACTION_WRITE_ITEMS, question, 1},
	};
	unsigned longest = 0, seen[WPI_RECORD_COUNT] = {0};

	for (unsigned round = 0; round < 3000; round++) {
		CLEANUP(mem_freep) void *mem = mem_root("round");
		struct phone phone;
		unsigned bound;

		seed = round;
		phone_init(&phone, mem);
		phone.policy.local_changes = (enum wpi_local_changes)pick(3);
		phone.policy.fragments = 4;
		phone.wants.check = (enum wpi_check)pick(3);
		for (int i = 0; i < 12; i++)
			phone_want(&phone, i % 2 ? "a" : "b", i - 1, "2");
		phone_want(&phone, "sip-pwd", WPI_NO_INDEX, "p");
		phone.wants.orders = orders;
		phone.wants.withheld = pick(4) == 0;
		phone.wants.order_count = pick(COUNT_OF(orders) + 1);
		/* As many writings as items, each and the reading and the question in fragments. */
		bound = (13 + 2) * 5 + COUNT_OF(orders);
		for (unsigned dialogue = 0; dialogue < 6; dialogue++) {
			unsigned turns = 0;

			say_anything(&phone, true);
			/* Some phones answer before they go. */
			while (!is_over(phone.turn.action) ||
			       (phone.turn.action != WPI_ACTION_CLEAN_UP && pick(2))) {
				for (size_t i = 0; i < phone.turn.record_count; i++)
					seen[phone.turn.records[i].kind]++;
				if (!pick(60))
					break; /* it boots */
				say_anything(&phone, false);
				if (++turns > bound)
					fail_msg("round %u: %u messages and no end", round, turns);
			}
			for (size_t i = 0; i < phone.turn.record_count; i++)
				seen[phone.turn.records[i].kind]++;
			longest = turns > longest ? turns : longest;
			phone.now += pick(2) ? 1 : 1000;
		}
	}
	(void)state;
	/* The game has been about something. */
	assert_true(longest > 20);
	for (int i = 0; i < WPI_RECORD_COUNT; i++)
		if (i != WPI_RECORD_UNSENDABLE && i != WPI_RECORD_DUPLICATE &&
		    i != WPI_RECORD_EXPIRED && i != WPI_RECORD_BUSY && !seen[i])
			fail_msg("%s was never recorded", wpi_record_name((enum wpi_record_kind)i));
}

static void a_phone_that_never_comes_to_an_end_is_given_up(void **state)
{
	static const char next[] = "fragment=\"next\"><ReasonForContact>reply-to";
	struct phone phone;
	struct buf *much = buf_new(*state);
	unsigned turns = 0;

	phone_init(&phone, *state);
	phone_contact(&phone, "start-up", "");
	while (phone_say(&phone, next, "<Item name='a'/>") == WPI_ACTION_GET_NEXT_FRAGMENT)
		turns++;
	assert_int_equal(turns, 100);
	assert_int_equal(phone_recorded(&phone, WPI_RECORD_GIVEN_UP), 1);
	assert_int_equal(phone.turn.action, WPI_ACTION_CLEAN_UP);
	/* Too many items, too many bytes. */
	for (int i = 0; i < 5000; i++)
		buf_adds(much, "<Item name='a'/>");
	phone_contact(&phone, "start-up", "");
	assert_int_equal(phone_say(&phone, next, much->data), WPI_ACTION_GET_NEXT_FRAGMENT);
	assert_int_equal(phone_say(&phone, next, much->data), WPI_ACTION_GET_NEXT_FRAGMENT);
	assert_int_equal(phone_say(&phone, next, "<Item name='a'/>"), WPI_ACTION_CLEAN_UP);
	assert_int_equal(phone_recorded(&phone, WPI_RECORD_GIVEN_UP), 1);
	phone.policy.read_bytes = 4;
	phone_contact(&phone, "start-up", "");
	assert_int_equal(phone_reply(&phone, "<Item name='a'>1234</Item>"), WPI_ACTION_CLEAN_UP);
	assert_int_equal(phone_recorded(&phone, WPI_RECORD_GIVEN_UP), 1);
	/* The same message again and again. */
	phone_contact(&phone, "start-up", "");
	for (turns = 0; turns < 1000 && phone.turn.action == WPI_ACTION_READ_ALL_ITEMS; turns++) {
		phone.said--;
		phone_reply(&phone, "");
	}
	assert_true(turns <= phone.policy.turns + 1);
}

static void what_no_phone_can_be_given_is_never_sent(void **state)
{
	char *long_value = mem_array(*state, char, 60001);
	struct phone phone;

	memset(long_value, 'x', 60000);
	phone_init(&phone, *state);
	phone.wants.check = WPI_CHECK_PUSH;
	phone_want(&phone, "bad\"><Item name=\"evil", WPI_NO_INDEX, "1");
	phone_want(&phone, "", WPI_NO_INDEX, "1");
	phone_want(&phone, "control", WPI_NO_INDEX, "a\x02");
	phone_want(&phone, "bytes", WPI_NO_INDEX, "\xc3\x28");
	phone_want(&phone, "long", WPI_NO_INDEX, long_value);
	phone_want(&phone, "negative", -5, "1");
	phone_want(&phone, "sip-pwd", WPI_NO_INDEX, "pass\x03word");
	phone_want(&phone, "good", WPI_NO_INDEX, "</Item></ItemList>");
	assert_int_equal(phone_contact(&phone, "start-up", ""), WPI_ACTION_WRITE_ITEMS);
	assert_int_equal(items_of(&phone), 1);
	assert_non_null(strstr(secret_reveal(phone.turn.body),
			       "<Item name=\"good\">&lt;/Item&gt;&lt;/ItemList&gt;</Item>"));
	assert_int_equal(phone_recorded(&phone, WPI_RECORD_UNSENDABLE), 7);
	for (size_t i = 0; i < phone.turn.record_count; i++)
		if (phone.turn.records[i].kind == WPI_RECORD_UNSENDABLE) {
			assert_non_null(phone.turn.records[i].words);
			assert_null(strstr(phone.turn.records[i].words, "pass"));
		}
}

static void only_what_differs_is_written(void **state)
{
	struct phone phone;

	phone_init(&phone, *state);
	phone_want(&phone, "same", WPI_NO_INDEX, " 5060 ");
	phone_want(&phone, "yes", WPI_NO_INDEX, "true");
	phone_want(&phone, "reset", WPI_NO_INDEX, "NULL");
	phone_want(&phone, "twice", WPI_NO_INDEX, "first");
	phone_want(&phone, "twice", WPI_NO_INDEX, "second");
	phone_want(&phone, "kept", WPI_NO_INDEX, "x")->kept = true;
	phone_want(&phone, "refused", WPI_NO_INDEX, "x")->refused = true;
	phone_want(&phone, "silent", WPI_NO_INDEX, "x")->writes = 1;
	phone_want(&phone, "sip-pwd", WPI_NO_INDEX, "x")->writes = 1;
	phone_want(&phone, "user-pwd", WPI_NO_INDEX, "000000");
	phone_want(&phone, "admin-pwd", WPI_NO_INDEX, "123456");
	phone_want(&phone, "indexed", 1, "x");
	phone_contact(&phone, "start-up", "");
	phone_reply(&phone, "<Item name='same'>5060</Item><Item name='yes'>True</Item>"
			    "<Item name='reset'/><Item name='twice'>first</Item>"
			    "<Item name='twice'>second</Item><Item name='kept'>y</Item>"
			    "<Item name='refused'>y</Item><Item name='silent' status='failed'/>"
			    "<Item name='sip-pwd'>******</Item><Item name='user-pwd'>000000</Item>"
			    "<Item name='admin-pwd'>654321</Item><Item name='indexed'>x</Item>");
	assert_int_equal(phone.turn.action, WPI_ACTION_WRITE_ITEMS);
	assert_int_equal(items_of(&phone), 2);
	assert_int_equal(items_in(&phone, "admin-pwd", WPI_NO_INDEX), 1);
	assert_int_equal(items_in(&phone, "indexed", 1), 1);
}

/* Whoever is short of memory still compares what it was told before, and hears every complaint. */
static void an_excerpt_has_all_that_is_wanted(void **state)
{
	static const char part[] = "fragment=\"next\"><ReasonForContact>reply-to";
	struct phone phone;
	const struct wpi_item *told;
	size_t count;

	phone_init(&phone, *state);
	phone_want(&phone, "has", 1, "same");
	phone_want(&phone, "lacks", 2, "new");
	phone_want(&phone, "told-late", 3, "new");
	phone_contact(&phone, "start-up", "");
	phone_say(&phone, part,
		  "<Item name='has' index='1'>same</Item><Item name='other'>x</Item>");
	assert_false(wpi_session_is_excerpt(phone.session));
	phone.policy.is_short = true;
	assert_int_equal(phone_say(&phone, part, "<Item name='lacks' index='2'>old</Item>"),
			 WPI_ACTION_GET_NEXT_FRAGMENT);
	assert_true(wpi_session_is_excerpt(phone.session));
	phone.policy.is_short = false;
	phone_reply(&phone, "<Item name='told-late' index='3'>new</Item><Item name='more'>x</Item>"
			    "<Item name='file-deployment-name' index='1'>a.wav</Item>");
	told = wpi_session_items(phone.session, &count);
	assert_int_equal(count, 4);
	assert_null(wpi_item_find(told, count, "other", WPI_NO_INDEX));
	assert_null(wpi_item_find(told, count, "more", WPI_NO_INDEX));
	assert_non_null(wpi_item_find(told, count, "file-deployment-name", 1));
	assert_int_equal(phone.turn.action, WPI_ACTION_WRITE_ITEMS);
	assert_int_equal(items_of(&phone), 1);
	assert_int_equal(items_in(&phone, "lacks", 2), 1);
	/* No complaint is among what is wanted without its status. */
	phone.policy.is_short = true;
	phone_say(&phone, part, "<Item name='lacks' status='read only'/>");
	phone_reply(&phone, "");
	assert_int_equal(phone_recorded(&phone, WPI_RECORD_REFUSED), 1);
	/* With the next dialogue all is kept again. */
	phone.policy.is_short = false;
	phone_contact(&phone, "start-up", "");
	assert_false(wpi_session_is_excerpt(phone.session));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_has_a_row_for_every_reply),
		cmocka_unit_test(
			two_hundred_indexed_items_go_in_batches_without_those_that_are_there),
		cmocka_unit_test(batches_keep_the_limits),
		cmocka_unit_test(what_belongs_to_a_key_is_in_one_message),
		cmocka_unit_test(a_storm_of_local_changes_ends),
		cmocka_unit_test(a_phone_that_writes_change_is_not_booted_for_ever),
		cmocka_unit_test(any_sequence_of_messages_ends),
		cmocka_unit_test(a_phone_that_never_comes_to_an_end_is_given_up),
		cmocka_unit_test(what_no_phone_can_be_given_is_never_sent),
		cmocka_unit_test(only_what_differs_is_written),
		cmocka_unit_test(an_excerpt_has_all_that_is_wanted),
	};

	xmlInitParser();
	return cmocka_run_group_tests(tests, setup, teardown);
}
