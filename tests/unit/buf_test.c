/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void a_new_buffer_is_an_empty_string(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);

	(void)state;
	assert_int_equal(buf->len, 0);
	assert_string_equal(buf->data, "");
}

static void everything_that_is_added_follows_in_order(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);

	(void)state;
	buf_add(buf, "a\0b", 3);
	buf_adds(buf, "");
	buf_adds(buf, "cd");
	buf_addc(buf, 'e');
	buf_printf(buf, "%d-%s", -7, "x");
	buf_add(buf, NULL, 0);
	assert_int_equal(buf->len, 10);
	assert_memory_equal(buf->data, "a\0bcde-7-x", 11);
}

/* A NUL follows at every length, the ones at which the buffer grows among them. */
static void it_grows_and_stays_terminated(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);
	char block[1000];

	(void)state;
	for (size_t i = 1; i <= 5000; i++) {
		buf_addc(buf, (char)('a' + i % 26));
		assert_int_equal(buf->len, i);
		assert_int_equal(buf->data[i], '\0');
		assert_true(buf->size > buf->len);
	}
	for (size_t i = 1; i <= 5000; i++)
		assert_int_equal(buf->data[i - 1], 'a' + i % 26);
	memset(block, 'z', sizeof(block));
	for (int i = 0; i < 100; i++)
		buf_add(buf, block, sizeof(block));
	assert_int_equal(buf->len, 105000);
	assert_int_equal(strlen(buf->data), 105000);
}

static void printf_grows_as_far_as_it_must(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);

	(void)state;
	for (int width = 250; width < 262; width++) {
		size_t before = buf->len;

		buf_printf(buf, "%*d", width, width);
		assert_int_equal(buf->len, before + (size_t)width);
		assert_int_equal(buf->data[buf->len], '\0');
		assert_int_equal(strlen(buf->data), buf->len);
	}
}

static void xml_text_is_escaped(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);

	(void)state;
	buf_add_xml(buf, "");
	assert_string_equal(buf->data, "");
	buf_add_xml(buf, "plain ä 🎉 'x'\t");
	assert_string_equal(buf->data, "plain ä 🎉 'x'\t");
	buf_cut(buf, 0);
	buf_add_xml(buf, "<&\">\r\n");
	assert_string_equal(buf->data, "&lt;&amp;&quot;&gt;&#13;&#10;");
	buf_cut(buf, 0);
	buf_add_xml(buf, "a&amp;b]]>");
	assert_string_equal(buf->data, "a&amp;amp;b]]&gt;");
}

static void cutting_leaves_the_beginning(void **state)
{
	CLEANUP(mem_freep) struct buf *buf = buf_new(NULL);

	(void)state;
	buf_adds(buf, "abcdef");
	buf_cut(buf, 6);
	assert_string_equal(buf->data, "abcdef");
	buf_cut(buf, 2);
	assert_string_equal(buf->data, "ab");
	buf_adds(buf, "x");
	assert_string_equal(buf->data, "abx");
	assert_int_equal(buf->len, 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_an_empty_string),
		cmocka_unit_test(everything_that_is_added_follows_in_order),
		cmocka_unit_test(it_grows_and_stays_terminated),
		cmocka_unit_test(printf_grows_as_far_as_it_must),
		cmocka_unit_test(xml_text_is_escaped),
		cmocka_unit_test(cutting_leaves_the_beginning),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
