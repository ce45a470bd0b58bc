/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/phone.h"

static void items_are_read_as_they_are_written(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	char path[] = "/tmp/sim_test.XXXXXX";
	struct sim_items items = {0};
	struct sim_items back = {0};
	struct diag diag = {0};

	(void)state;
	close(mkstemp(path));
	sim_items_set(mem, &items, "display-id", SIM_NO_INDEX,
		      "K\xc3\xbc"
		      "che = 1");
	sim_items_set(mem, &items, "dls-server-ca", 0, "-----BEGIN\n\\n\n-----END\n");
	sim_items_set(mem, &items, "e164", SIM_NO_INDEX, "");
	assert_int_equal(sim_items_write(&items, path, &diag), 0);
	assert_int_equal(sim_items_read(mem, &back, path, &diag), 0);
	unlink(path);
	assert_int_equal(back.count, items.count);
	for (size_t i = 0; i < items.count; i++) {
		const struct sim_item *item =
			sim_items_find(&back, items.items[i].name, items.items[i].index);

		assert_non_null(item);
		assert_string_equal(item->value, items.items[i].value);
	}
	sim_items_remove(&back, "dls-server-ca", 0);
	assert_null(sim_items_find(&back, "dls-server-ca", 0));
	assert_int_equal(back.count, 2);
}

static void an_item_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = {"e164",  "=1",     "a b=1",	  "a[=1",
					    "a[]=1", "a[x]=1", "a[-1]=1", "<a>=1"};
	CLEANUP(mem_freep) void *mem = mem_root("test");
	struct sim_item item;
	struct diag diag;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_true(sim_item_parse(mem, wrong[i], &item, &diag) < 0);
	assert_int_equal(sim_item_parse(mem, "select-dial[301] = +49 = 1", &item, &diag), 0);
	assert_string_equal(item.name, "select-dial");
	assert_int_equal(item.index, 301);
	assert_string_equal(item.value, "+49 = 1");
}

static void redacted(const char *xml, const char *expected)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	struct buf *out = buf_new(mem);

	sim_message_redact(out, xml, strlen(xml));
	assert_string_equal(out->data, expected);
}

static void secrets_are_asterisks(void **state)
{
	(void)state;
	redacted("<Item name=\"sip-pwd\">a&amp;b</Item><Item name=\"e164\">1</Item>",
		 "<Item name=\"sip-pwd\">***</Item><Item name=\"e164\">1</Item>");
	redacted("<Item index=\"1\" name='user-pwd-unicode'>x",
		 "<Item index=\"1\" name='user-pwd-unicode'>***");
	redacted("<Item name=\"sip-pwd\"/><Item name=\"e164\">1</Item>",
		 "<Item name=\"sip-pwd\"/><Item name=\"e164\">1</Item>");
	redacted("<Item name=\"dls-client-certificate\">MIIK\nAA</Item>",
		 "<Item name=\"dls-client-certificate\">***</Item>");
	redacted("<Item name=\"sip-pwd", "<Item name=\"sip-pwd");
}

static const char *heard(void *mem, const char *item, bool weak)
{
	const char *xml = mem_printf(
		mem,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<DLSMessage "
		"xmlns=\"http://www.siemens.com/DLS\"><Message "
		"nonce=\"A\"><Action>WriteItems</Action>"
		"<ItemList><Item name=\"e164\">%s</Item></ItemList></Message></DLSMessage>",
		item);
	struct sim_answer *answer;
	struct diag diag = {0};

	assert_int_equal(sim_answer_read(mem, xml, strlen(xml), weak, &answer, &diag), 0);
	return answer->items.items[0].value;
}

static void old_firmware_decodes_two_of_five_entities(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	assert_string_equal(heard(mem, "a&amp;b&lt;c&#60;d&apos;&#39;&#34;", false), "a&b<c<d''\"");
	assert_string_equal(heard(mem, "a&amp;b&lt;c&#60;d&apos;&#39;&#34;", true),
			    "a&amp;b&lt;c&#60;d''\"");
}

static void the_same_seed_says_the_same(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	struct sim_kind kind = {.model = "OpenStage 60",
				.software_version = "V3 R5.12.0",
				.software_type = "Siemens SIP",
				.messages_max = 9};
	struct sim_phone *phones[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		phones[i] = sim_phone_new(mem, &kind, 0, 1, i / 2);
		sim_phone_call(phones[i], SIM_FLOW_START_UP);
		assert_int_equal(phones[i]->next, SIM_NEXT_SAY);
	}
	assert_string_equal(phones[0]->said->data, phones[1]->said->data);
	assert_string_not_equal(phones[0]->said->data, phones[2]->said->data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_read_as_they_are_written),
		cmocka_unit_test(an_item_that_is_none_is_refused),
		cmocka_unit_test(secrets_are_asterisks),
		cmocka_unit_test(old_firmware_decodes_two_of_five_entities),
		cmocka_unit_test(the_same_seed_says_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
