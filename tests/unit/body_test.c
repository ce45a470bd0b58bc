/* SPDX-License-Identifier: MIT */
/* A document as bytes and back; that it renders the same again is in golden_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/body.h"

static struct document *again(void *mem, const struct document *document)
{
	struct document *read = NULL;
	size_t len;
	char *bytes;

	assert_int_equal(body_write(mem, document, &bytes, &len), 0);
	assert_int_equal(body_read(mem, bytes, len, &read), 0);
	return read;
}

static void nothing_and_no_text_are_two_things(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct line line = {.slot = 7, .user_name = "u", .auth_name = "", .display_name = NULL};
	struct handset handset = {.slot = 20000, .name = "\"\\\xc3\xa4\x01"};
	struct document_handset member = {.handset = &handset, .line = &line, .provider = 19};
	struct document document = {
		.mac = 0xffffffffffff, .product = "n870", .handsets = &member, .handset_count = 1};
	const struct document *read;

	(void)state;
	read = again(mem, &document);
	assert_int_equal(read->mac, 0xffffffffffff);
	assert_false(read->delete_not_provisioned);
	assert_int_equal(read->handset_count, 1);
	assert_int_equal(read->handsets[0].provider, 19);
	assert_int_equal(read->handsets[0].handset->slot, 20000);
	assert_string_equal(read->handsets[0].handset->ipui, "");
	assert_string_equal(read->handsets[0].handset->name, "\"\\\xc3\xa4\x01");
	assert_null(read->handsets[0].handset->pin);
	assert_int_equal(read->handsets[0].line->slot, 7);
	assert_string_equal(read->handsets[0].line->auth_name, "");
	assert_null(read->handsets[0].line->display_name);
	assert_int_equal(read->operation_count, 0);
	assert_null(read->firmware);
}

static void a_secret_stays_one_with_every_byte(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct param param = {.name = "P", .secret = secret_new_bytes(mem, "a\0b", 3)};
	struct document document = {.product = "n870", .params = &param, .param_count = 1};
	const struct document *read;

	(void)state;
	read = again(mem, &document);
	assert_null(read->params[0].value);
	assert_true(secret_equals(read->params[0].secret, param.secret));
}

static void operations_come_back_with_their_numbers(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct operation operations[] = {
		{.id = 1, .kind = OPERATION_REMOVE_HANDSET, .ipui = "029e74a599", .slot = 3},
		{.id = INT64_MAX,
		 .kind = OPERATION_OPEN_REGISTRATION,
		 .mode = OPERATION_DEREGISTER,
		 .dm = "local",
		 .start_at = 4102444800,
		 .duration = 1,
		 .password = secret_new(mem, "x")},
	};
	struct document document = {
		.product = "n870", .operations = operations, .operation_count = 2};
	const struct document *read;

	(void)state;
	read = again(mem, &document);
	assert_int_equal(read->operation_count, 2);
	assert_string_equal(read->operations[0].ipui, "029e74a599");
	assert_int_equal(read->operations[0].slot, 3);
	assert_null(read->operations[0].dm);
	assert_int_equal(read->operations[1].id, INT64_MAX);
	assert_int_equal(read->operations[1].kind, OPERATION_OPEN_REGISTRATION);
	assert_int_equal(read->operations[1].mode, OPERATION_DEREGISTER);
	assert_int_equal(read->operations[1].start_at, 4102444800);
	assert_string_equal(secret_reveal(read->operations[1].password), "x");
}

static void text_that_is_none_is_refused(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct param param = {.name = "P", .value = "\xff"};
	struct document document = {.product = "n870", .params = &param, .param_count = 1};
	size_t len;
	char *bytes;

	(void)state;
	assert_int_equal(body_write(mem, &document, &bytes, &len), -E_TEXT_ENCODING);
}

static void bytes_of_something_else_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
	} rows[] = {
		{"{\"product\":\"n870\"}", true},
		{"{\"product\":\"n870\",\"of a newer program\":[1]}", true},
		{"{\"product\":\"n870\",\"handsets\":[{\"handset\":{\"slot\":1}}]}", true},
		{"", false},
		{"[]", false},
		{"{", false},
		{"{}", false},
		{"{\"product\":1}", false},
		{"{\"product\":\"n870\",\"mac\":\"1\"}", false},
		{"{\"product\":\"n870\",\"params\":{}}", false},
		{"{\"product\":\"n870\",\"params\":[1]}", false},
		{"{\"product\":\"n870\",\"handsets\":[{}]}", false},
		{"{\"product\":\"n870\",\"lines\":[{}]}", false},
		{"{\"product\":\"n870\",\"handsets\":[{\"handset\":1}]}", false},
		{"{\"product\":\"n870\",\"handsets\":[{\"handset\":{\"ipui\":\"029e74a5990\"}}]}",
		 false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		CLEANUP(mem_freep) void *mem = mem_root("body");
		struct document *document = NULL;
		int r = body_read(mem, rows[i].bytes, strlen(rows[i].bytes), &document);

		if (r != (rows[i].good ? 0 : -E_INTERNAL))
			fail_msg("%s: %d", rows[i].bytes, r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_and_no_text_are_two_things),
		cmocka_unit_test(a_secret_stays_one_with_every_byte),
		cmocka_unit_test(operations_come_back_with_their_numbers),
		cmocka_unit_test(text_that_is_none_is_refused),
		cmocka_unit_test(bytes_of_something_else_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
