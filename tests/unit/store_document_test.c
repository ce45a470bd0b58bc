/* SPDX-License-Identifier: MIT */
/* What documents are made of besides devices: SIP servers, operations; renditions and traces. */
#include "store_help.h"

#include <stdio.h>

#include "store/device.h"
#include "store/operation.h"
#include "store/rendition.h"
#include "store/seen.h"
#include "store/sip_server.h"

enum { MAC = 0x7C2F80E0D605, OTHER = 0x7C2F80E0D606 };

/* --- sip_server --- */

static void a_sip_server_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct sip_server in = server_of("pbx"), bad;
	struct sip_server *out = NULL;

	assert_int_equal(sip_server_find(s, s->db, "pbx", &out), 0);
	assert_int_equal(sip_server_insert(s->db, &in), 0);
	assert_int_equal(sip_server_find(s, s->db, "pbx", &out), 1);
	assert_int_equal(out->id, in.id);
	assert_string_equal(out->name, "pbx");
	assert_string_equal(out->domain, "sip.example");
	assert_string_equal(out->proxy_address, "proxy.example");
	assert_int_equal(out->proxy_port, 5060);
	assert_string_equal(out->registrar_address, "registrar.example");
	assert_int_equal(out->registrar_port, 5061);
	assert_string_equal(out->transport, "tls");
	assert_int_equal(out->revision, 1);

	assert_int_equal(sip_server_insert(s->db, &in), -E_DB_CONSTRAINT);
	bad = server_of("b");
	bad.proxy_port = 65536;
	assert_int_equal(sip_server_insert(s->db, &bad), -E_DB_CONSTRAINT);
	bad = server_of("b");
	bad.registrar_port = 0;
	assert_int_equal(sip_server_insert(s->db, &bad), -E_DB_CONSTRAINT);
	bad = server_of("b");
	bad.transport = "sctp";
	assert_int_equal(sip_server_insert(s->db, &bad), -E_DB_CONSTRAINT);

	in.domain = "other.example";
	in.transport = "udp";
	assert_int_equal(sip_server_update(s->db, &in), 0);
	assert_int_equal(sip_server_find(s, s->db, "pbx", &out), 1);
	assert_string_equal(out->domain, "other.example");
	assert_string_equal(out->transport, "udp");
	assert_int_equal(out->revision, 2);
}

static void sip_servers_are_listed_in_pages_by_name(void **state)
{
	static const char *const names[] = {"c", "a", "b"};
	struct scratch *s = *state;
	struct sip_server *page;
	size_t n;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		server_make(s, names[i]);
	assert_int_equal(sip_server_list(s, s->db, NULL, 2, &page, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(page[0].name, "a");
	assert_string_equal(page[1].name, "b");
	assert_int_equal(sip_server_list(s, s->db, "b", 2, &page, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(page[0].name, "c");
}

static void a_server_takes_the_lowest_free_position(void **state)
{
	struct scratch *s = *state;
	struct sip_server *list;
	int64_t ids[5];
	char name[20];
	size_t n;

	device_make(s, MAC);
	device_make(s, OTHER);
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		ids[i] = server_make(s, name);
	}
	assert_int_equal(sip_server_attach(s->db, MAC, 999), -E_DB_CONSTRAINT);
	assert_int_equal(sip_server_attach(s->db, 1, ids[0]), -E_DB_CONSTRAINT);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sip_server_attach(s->db, MAC, ids[i]), 0);
	assert_int_equal(sip_server_attach(s->db, MAC, ids[2]), 0);
	assert_int_equal(sip_server_attach(s->db, OTHER, ids[3]), 0);
	assert_int_equal(sip_server_detach(s->db, MAC, ids[0]), 0);
	assert_int_equal(sip_server_detach(s->db, MAC, ids[2]), 0);
	assert_int_equal(sip_server_attach(s->db, MAC, ids[4]), 0);
	assert_int_equal(sip_server_of_device(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0].position, 0);
	assert_int_equal(list[0].id, ids[4]);
	assert_int_equal(list[1].position, 1);
	assert_int_equal(list[1].id, ids[1]);
	assert_int_equal(list[2].position, 3);
	assert_int_equal(list[2].id, ids[3]);
	assert_string_equal(list[2].name, "s3");
	assert_int_equal(sip_server_attach(s->db, MAC, ids[0]), 0);
	assert_int_equal(sip_server_of_device(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(list[2].position, 2);
	assert_int_equal(list[2].id, ids[0]);
	assert_int_equal(sip_server_of_device(s, s->db, OTHER, &list, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].position, 0);
}

static void the_twenty_first_server_is_refused(void **state)
{
	struct scratch *s = *state;
	int64_t ids[SIP_SERVERS_PER_DEVICE + 1];
	char name[20];

	device_make(s, MAC);
	for (int i = 0; i <= SIP_SERVERS_PER_DEVICE; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		ids[i] = server_make(s, name);
		assert_int_equal(sip_server_attach(s->db, MAC, ids[i]),
				 i < SIP_SERVERS_PER_DEVICE ? 0 : -E_SIP_FULL);
	}
	assert_int_equal(sip_server_attach(s->db, MAC, ids[7]), 0);
	assert_int_equal(sip_server_detach(s->db, MAC, ids[7]), 0);
	assert_int_equal(sip_server_attach(s->db, MAC, ids[SIP_SERVERS_PER_DEVICE]), 0);
	assert_int_equal(sip_server_attach(s->db, MAC, ids[7]), -E_SIP_FULL);
}

/* --- operation --- */

static void an_operation_comes_back_as_it_was_put_in(void **state)
{
	struct scratch *s = *state;
	struct operation removal = {.mac = MAC,
				    .kind = OPERATION_REMOVE_HANDSET,
				    .ipui = "029e74a599",
				    .mode = OPERATION_DEREGISTER,
				    .from_at = 10,
				    .created_at = 11};
	struct operation window = {.mac = MAC,
				   .kind = OPERATION_OPEN_REGISTRATION,
				   .dm = "local",
				   .start_at = 100,
				   .duration = 600,
				   .password = secret_new(s, "dm"),
				   .from_at = 90,
				   .until_at = 700};
	struct operation firmware = {.mac = MAC,
				     .kind = OPERATION_FIRMWARE,
				     .dm = "local",
				     .url = "http://192.0.2.1/fw.bin"};
	struct operation *list;
	size_t n;

	assert_int_equal(operation_insert(s->db, &removal), -E_DB_CONSTRAINT);
	device_make(s, MAC);
	assert_int_equal(operation_insert(s->db, &removal), 0);
	assert_int_equal(operation_insert(s->db, &window), 0);
	assert_int_equal(operation_insert(s->db, &firmware), 0);
	assert_int_equal(operation_list(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(list[0].id, removal.id);
	assert_int_equal(list[0].mac, MAC);
	assert_int_equal(list[0].kind, OPERATION_REMOVE_HANDSET);
	assert_string_equal(list[0].ipui, "029e74a599");
	assert_int_equal(list[0].mode, OPERATION_DEREGISTER);
	assert_null(list[0].dm);
	assert_null(list[0].password);
	assert_int_equal(list[0].from_at, 10);
	assert_int_equal(list[0].until_at, 0);
	assert_int_equal(list[0].carried_at, 0);
	assert_int_equal(list[0].created_at, 11);
	assert_int_equal(list[1].kind, OPERATION_OPEN_REGISTRATION);
	assert_string_equal(list[1].ipui, "");
	assert_string_equal(list[1].dm, "local");
	assert_int_equal(list[1].start_at, 100);
	assert_int_equal(list[1].duration, 600);
	assert_string_equal(secret_reveal(list[1].password), "dm");
	assert_int_equal(list[1].until_at, 700);
	assert_int_equal(list[2].kind, OPERATION_FIRMWARE);
	assert_string_equal(list[2].url, "http://192.0.2.1/fw.bin");

	assert_int_equal(operation_delete(s->db, OTHER, window.id), 0);
	assert_int_equal(operation_delete(s->db, MAC, window.id), 1);
	assert_int_equal(operation_delete(s->db, MAC, window.id), 0);
	assert_int_equal(operation_delete_removal(s->db, MAC, "0000000000"), 0);
	assert_int_equal(operation_delete_removal(s->db, MAC, "029e74a599"), 1);
	assert_int_equal(operation_delete_removal(s->db, MAC, "029e74a599"), 0);
	assert_int_equal(operation_list(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(n, 1);
}

static void an_operation_is_carried_once(void **state)
{
	struct scratch *s = *state;
	struct operation open = {.mac = MAC, .kind = OPERATION_FIRMWARE, .dm = "a"};
	struct operation ends = {
		.mac = MAC, .kind = OPERATION_FIRMWARE, .dm = "b", .until_at = 500};
	struct operation *list;
	size_t n;

	device_make(s, MAC);
	assert_int_equal(operation_insert(s->db, &open), 0);
	assert_int_equal(operation_insert(s->db, &ends), 0);
	assert_int_equal(operation_carried(s->db, open.id, 100, 160), 0);
	assert_int_equal(operation_carried(s->db, open.id, 200, 260), 0);
	assert_int_equal(operation_carried(s->db, ends.id, 300, 360), 0);
	assert_int_equal(operation_list(s, s->db, MAC, &list, &n), 0);
	assert_int_equal(list[0].carried_at, 100);
	assert_int_equal(list[0].until_at, 160);
	/* An end that it had stays. */
	assert_int_equal(list[1].carried_at, 300);
	assert_int_equal(list[1].until_at, 500);
}

static void kinds_and_modes_have_names(void **state)
{
	enum operation_kind kind;
	enum operation_mode mode;

	(void)state;
	for (int i = OPERATION_REMOVE_HANDSET; i <= OPERATION_FIRMWARE; i++) {
		const char *name = operation_kind_name((enum operation_kind)i);

		assert_int_equal(operation_kind_parse(name, &kind), 0);
		assert_int_equal(kind, i);
	}
	for (int i = OPERATION_DELETE; i <= OPERATION_DEREGISTER; i++) {
		const char *name = operation_mode_name((enum operation_mode)i);

		assert_int_equal(operation_mode_parse(name, &mode), 0);
		assert_int_equal(mode, i);
	}
	assert_int_equal(operation_kind_parse("Firmware", &kind), -E_OPERATION_KIND);
	assert_int_equal(operation_mode_parse("", &mode), -E_VALUE);
}

/* --- rendition --- */

static void a_rendition_is_sealed_and_comes_back_byte_for_byte(void **state)
{
	static const char document[] = "<xml>SIP password\0\xff\r\n</xml>";
	struct scratch *s = *state;
	struct rendition in = {.mac = MAC,
			       .revision = "1.2.3.4.5",
			       .etag = "\"abc\"",
			       .until_at = 99,
			       .operations = "4 9",
			       .body = "a body with a password",
			       .body_len = 22,
			       .document = document,
			       .document_len = sizeof(document) - 1,
			       .made_at = SCRATCH_NOW};
	struct rendition *out = NULL;

	assert_int_equal(rendition_put(s->db, &in), -E_DB_CONSTRAINT);
	device_make(s, MAC);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), 0);
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_int_equal(scratch_ask(s->db->handle,
				     "SELECT instr(document, CAST('password' AS BLOB)) "
				     "FROM rendition"),
			 0);
	assert_int_equal(scratch_ask(s->db->handle,
				     "SELECT instr(body, CAST('password' AS BLOB)) FROM rendition"),
			 0);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->mac, MAC);
	assert_string_equal(out->revision, "1.2.3.4.5");
	assert_string_equal(out->etag, "\"abc\"");
	assert_int_equal(out->until_at, 99);
	assert_string_equal(out->operations, "4 9");
	assert_int_equal(out->given_at, 0);
	assert_int_equal(out->made_at, SCRATCH_NOW);
	assert_int_equal(out->document_len, sizeof(document) - 1);
	assert_memory_equal(out->document, document, sizeof(document));

	in.document = "";
	in.document_len = 0;
	in.until_at = 0;
	in.etag = "\"def\"";
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->document_len, 0);
	assert_int_equal(out->until_at, 0);
	assert_string_equal(out->etag, "\"def\"");

	assert_int_equal(secret_setup(mem_printf(s, "%s/other", s->folder), true, NULL), 0);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), -E_SEAL);
}

static void a_rendition_is_given_for_the_first_time_once(void **state)
{
	struct scratch *s = *state;
	struct rendition in = {.mac = MAC,
			       .revision = "1",
			       .etag = "\"one\"",
			       .operations = "4 9",
			       .document = "x",
			       .document_len = 1};
	struct rendition *out;
	char *text = NULL;

	device_make(s, MAC);
	assert_int_equal(rendition_given(s, s->db, MAC, "\"one\"", 10, &text), 0);
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_int_equal(rendition_given(s, s->db, MAC, "\"other\"", 10, &text), 0);
	assert_int_equal(rendition_given(s, s->db, MAC, "\"one\"", 10, &text), 1);
	assert_string_equal(text, "4 9");
	assert_int_equal(rendition_given(s, s->db, MAC, "\"one\"", 20, &text), 0);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->given_at, 10);
	in.etag = "\"two\"";
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_int_equal(rendition_find(s, s->db, MAC, &out), 1);
	assert_int_equal(out->given_at, 0);
}

static struct rendition_past *past_of(struct scratch *s)
{
	struct rendition_past *past = NULL;

	assert_int_equal(rendition_past_find(s, s->db, MAC, &past), 1);
	return past;
}

static void put_body(struct scratch *s, const char *etag, const char *body)
{
	struct rendition in = {.mac = MAC,
			       .revision = "1",
			       .etag = etag,
			       .operations = "",
			       .document = "",
			       .body = body,
			       .body_len = body ? strlen(body) : 0};

	assert_int_equal(rendition_put(s->db, &in), 0);
}

static void what_was_given_is_kept_until_something_else_has_been(void **state)
{
	struct scratch *s = *state;
	struct rendition_past *past;
	char *text;

	device_make(s, MAC);
	assert_int_equal(rendition_past_find(s, s->db, MAC, &past), 0);
	put_body(s, "\"one\"", "one");
	past = past_of(s);
	assert_int_equal(past->given_at, 0);
	assert_string_equal(past->body, "one");
	assert_null(past->released);

	assert_int_equal(rendition_given(s, s->db, MAC, "\"one\"", 10, &text), 1);
	past = past_of(s);
	assert_int_equal(past->given_at, 10);
	assert_string_equal(past->body, "one");
	assert_null(past->released);

	/* Made, and made again, and not yet given. */
	put_body(s, "\"two\"", "two");
	put_body(s, "\"three\"", "three");
	past = past_of(s);
	assert_int_equal(past->given_at, 0);
	assert_string_equal(past->body, "three");
	assert_int_equal(past->released_at, 10);
	assert_string_equal(past->released, "one");
	assert_int_equal(past->released_len, 3);

	assert_int_equal(rendition_given(s, s->db, MAC, "\"three\"", 30, &text), 1);
	past = past_of(s);
	assert_int_equal(past->given_at, 30);
	assert_string_equal(past->body, "three");
	assert_int_equal(past->released_at, 0);
	assert_null(past->released);

	put_body(s, "\"four\"", NULL);
	assert_null(past_of(s)->body);
	assert_string_equal(past_of(s)->released, "three");
}

static void what_is_held_is_listed_until_it_is_acknowledged(void **state)
{
	struct scratch *s = *state;
	struct rendition in = {
		.mac = MAC,
		.revision = "1",
		.etag = "\"e\"",
		.operations = "",
		.document = "",
		.held = {.at = 5, .missing = 2, .all = 3, .handsets = "029e74a599 029e74a59a"}};
	struct device_filter filter = {.after = -1, .held = true, .limit = 10};
	struct device_row *devices;
	struct rendition_held *held;
	size_t count;
	int64_t n;

	device_make(s, MAC);
	put_body(s, "\"e\"", "body");
	assert_int_equal(rendition_held_find(s, s->db, MAC, &held), 0);
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_int_equal(rendition_held_find(s, s->db, MAC, &held), 1);
	assert_int_equal(held->at, 5);
	assert_int_equal(held->missing, 2);
	assert_int_equal(held->all, 3);
	assert_string_equal(held->handsets, "029e74a599 029e74a59a");
	assert_int_equal(rendition_held_count(s->db, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rendition_held_list(s, s->db, 10, &held, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(held[0].mac, MAC);
	device_make(s, OTHER);
	assert_int_equal(device_list(s, s->db, &filter, &devices, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(devices[0].mac, MAC);
	assert_int_equal(devices[0].held_at, 5);
	filter.held = false;
	assert_int_equal(device_list(s, s->db, &filter, &devices, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(devices[0].held_at, 5);
	assert_int_equal(devices[1].held_at, 0);

	assert_int_equal(rendition_acknowledge(s->db, MAC), 0);
	assert_int_equal(rendition_held_find(s, s->db, MAC, &held), 0);
	assert_int_equal(rendition_held_count(s->db, &n), 0);
	assert_int_equal(n, 0);
	assert_string_equal(past_of(s)->acknowledged, "029e74a599 029e74a59a");
	/* Nothing is held any more: what was acknowledged stays that. */
	assert_int_equal(rendition_acknowledge(s->db, MAC), 0);
	put_body(s, "\"f\"", "body");
	assert_string_equal(past_of(s)->acknowledged, "029e74a599 029e74a59a");
	in.held = (struct rendition_held){0};
	in.acknowledged_over = true;
	assert_int_equal(rendition_put(s->db, &in), 0);
	assert_null(past_of(s)->acknowledged);

	in.held = (struct rendition_held){.at = 5, .missing = 4, .all = 3, .handsets = ""};
	assert_int_equal(rendition_put(s->db, &in), -E_DB_CONSTRAINT);
}

/* --- seen --- */

static void the_last_sight_of_a_phone_is_kept(void **state)
{
	struct scratch *s = *state;
	struct seen *out = NULL;

	assert_int_equal(seen_find(s, s->seen, MAC, &out), 0);
	assert_int_equal(seen_put(s->seen, &(struct seen){.mac = MAC,
							  .at = 10,
							  .address = "192.0.2.1",
							  .redirected_at = 0}),
			 0);
	assert_int_equal(seen_find(s, s->seen, MAC, &out), 1);
	assert_int_equal(out->redirected_at, 0);
	assert_int_equal(seen_put(s->seen, &(struct seen){.mac = MAC,
							  .at = 15,
							  .address = "192.0.2.1",
							  .redirected_at = 15}),
			 0);
	assert_int_equal(seen_find(s, s->seen, MAC, &out), 1);
	assert_null(out->user_agent);
	assert_int_equal(seen_put(s->seen, &(struct seen){.mac = MAC,
							  .at = 20,
							  .address = "2001:db8::1",
							  .redirected_at = 0}),
			 0);
	assert_int_equal(seen_put_agent(s->seen, MAC, 20, "N870/2.1"), 0);
	assert_int_equal(seen_find(s, s->seen, MAC, &out), 1);
	assert_int_equal(out->mac, MAC);
	assert_int_equal(out->at, 20);
	assert_int_equal(out->redirected_at, 15);
	assert_string_equal(out->address, "2001:db8::1");
	assert_string_equal(out->user_agent, "N870/2.1");

	/* The same agent again is no change. */
	assert_int_equal(seen_put_agent(s->seen, MAC, 30, "N870/2.1"), 0);
	assert_int_equal(scratch_ask(s->seen->handle, "SELECT changed_at FROM agent"), 20);
	assert_int_equal(seen_put_agent(s->seen, MAC, 40, "N870/2.2"), 0);
	assert_int_equal(scratch_ask(s->seen->handle, "SELECT changed_at FROM agent"), 40);
}

static void the_last_twenty_fetches_are_kept(void **state)
{
	struct scratch *s = *state;
	struct fetch fetch = {.address = "192.0.2.1", .etag = "\"e\"", .revision = "1.2"};
	struct fetch *list;
	size_t n;

	assert_int_equal(fetch_list(s, s->seen, MAC, &list, &n), 0);
	assert_int_equal(n, 0);
	for (int i = 0; i < 50; i++) {
		fetch.mac = MAC;
		fetch.at = 1000 - i; /* a clock may go back; the order is that of coming */
		fetch.operations = i;
		assert_int_equal(fetch_insert(s->seen, &fetch), 0);
		fetch.mac = OTHER;
		if (i < 3)
			assert_int_equal(fetch_insert(s->seen, &fetch), 0);
		assert_int_equal(fetch_list(s, s->seen, MAC, &list, &n), 0);
		assert_int_equal(n, i < FETCHES_KEPT ? i + 1 : FETCHES_KEPT);
	}
	for (int i = 0; i < FETCHES_KEPT; i++) {
		assert_int_equal(list[i].operations, 49 - i);
		assert_int_equal(list[i].at, 951 + i);
	}
	assert_int_equal(list[0].mac, MAC);
	assert_string_equal(list[0].address, "192.0.2.1");
	assert_string_equal(list[0].etag, "\"e\"");
	assert_string_equal(list[0].revision, "1.2");
	assert_int_equal(fetch_list(s, s->seen, OTHER, &list, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(scratch_ask(s->seen->handle, "SELECT count(*) FROM fetch"), 23);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sip_server_comes_back_as_it_was_put_in),
		TEST(sip_servers_are_listed_in_pages_by_name),
		TEST(a_server_takes_the_lowest_free_position),
		TEST(the_twenty_first_server_is_refused),
		TEST(an_operation_comes_back_as_it_was_put_in),
		TEST(an_operation_is_carried_once),
		TEST(kinds_and_modes_have_names),
		TEST(a_rendition_is_sealed_and_comes_back_byte_for_byte),
		TEST(a_rendition_is_given_for_the_first_time_once),
		TEST(what_was_given_is_kept_until_something_else_has_been),
		TEST(what_is_held_is_listed_until_it_is_acknowledged),
		TEST(the_last_sight_of_a_phone_is_kept),
		TEST(the_last_twenty_fetches_are_kept),
	};

	return cmocka_run_group_tests_name("store_document", tests, NULL, NULL);
}
