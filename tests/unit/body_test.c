/* SPDX-License-Identifier: MIT */
/* A document as bytes and back; that it renders the same again is in golden_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/body.h"

static struct document *again(void *mem, const struct document *document)
{
	const struct buf *bytes = body_write(mem, document);
	struct document *read = NULL;

	assert_int_equal(body_read(mem, bytes->data, bytes->len, &read), 0);
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

/* Key, and a value of up to 255 bytes. */
static void add_field(struct buf *buf, const char *key, const void *value, size_t len)
{
	buf_addc(buf, (char)(strlen(key) + 1));
	buf_add(buf, key, strlen(key) + 1);
	buf_addc(buf, (char)len);
	buf_add(buf, "\0\0", 3);
	buf_add(buf, value, len);
}

static struct buf *begun(void *mem)
{
	struct buf *buf = buf_new(mem);

	buf_add(buf, "body", 5);
	add_field(buf, "product", "n870", 5);
	return buf;
}

static int read_result(void *mem, const struct buf *buf)
{
	struct document *document;

	return body_read(mem, buf->data, buf->len, &document);
}

static void what_a_newer_program_wrote_is_passed_over(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct buf *buf = begun(mem);
	struct document *document;

	(void)state;
	add_field(buf, "of a newer program", "\1\2", 2);
	add_field(buf, "mac", "\5\0\0\0\0\0\0", 8);
	assert_int_equal(body_read(mem, buf->data, buf->len, &document), 0);
	assert_string_equal(document->product, "n870");
	assert_int_equal(document->mac, 5);
}

static void bytes_of_something_else_are_refused(void **state)
{
	static const struct {
		const char *key;
		const char *value;
		size_t len;
	} rows[] = {
		{"product", "n870", 4}, /* no NUL */
		{"product", "", 0},	     {"mac", "\1", 1},
		{"params", "\1", 1},	     {"params", "\4\0\0\0abc", 7},
		{"handsets", "\0\0\0\0", 4}, /* one, without a handset */
		{"lines", "\0\0\0\0", 4},    {"handsets", "\7\0\0\0\2h\0\0\0\0\0", 11},
	};
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct buf *buf = buf_new(mem);

	(void)state;
	assert_int_equal(read_result(mem, begun(mem)), 0);
	assert_int_equal(body_read(mem, "", 0, &(struct document *){0}), -E_INTERNAL);
	assert_int_equal(body_read(mem, "{\"product\":1}", 13, &(struct document *){0}),
			 -E_INTERNAL);
	buf_add(buf, "body", 5);
	assert_int_equal(read_result(mem, buf), -E_INTERNAL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf = begun(mem);
		add_field(buf, rows[i].key, rows[i].value, rows[i].len);
		if (read_result(mem, buf) != -E_INTERNAL)
			fail_msg("row %zu: %s", i, rows[i].key);
	}
}

/* Nothing is read behind the end, wherever that is, and whatever was changed. */
static void bytes_that_were_cut_or_changed_do_no_harm(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("body");
	struct handset handset = {.slot = 1, .ipui = "029e74a599", .pin = secret_new(mem, "1")};
	struct line line = {.slot = 1, .user_name = "u"};
	struct param param = {.name = "P", .value = "v"};
	struct document_handset member = {
		.handset = &handset, .line = &line, .params = &param, .param_count = 1};
	struct document document = {.product = "n870", .handsets = &member, .handset_count = 1};
	const struct buf *whole = body_write(mem, &document);

	(void)state;
	for (size_t i = 0; i < whole->len; i++) {
		CLEANUP(mem_freep) void *scratch = mem_root("piece");
		char *piece = mem_memdup(scratch, whole->data, i);
		char *changed = mem_memdup(scratch, whole->data, whole->len);
		struct document *read;
		int r = body_read(scratch, piece, i, &read);

		assert_true(r == 0 || r == -E_INTERNAL);
		changed[i] = (char)~changed[i];
		r = body_read(scratch, changed, whole->len, &read);
		assert_true(r == 0 || r == -E_INTERNAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_and_no_text_are_two_things),
		cmocka_unit_test(a_secret_stays_one_with_every_byte),
		cmocka_unit_test(operations_come_back_with_their_numbers),
		cmocka_unit_test(what_a_newer_program_wrote_is_passed_over),
		cmocka_unit_test(bytes_of_something_else_are_refused),
		cmocka_unit_test(bytes_that_were_cut_or_changed_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
