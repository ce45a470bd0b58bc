/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"

static const struct csv_limits limits = {10, 5, 20};

static int setup(void **state)
{
	*state = mem_root("csv");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

/* Rows as "2:a|b|c;" with their lines, errors as "3!error;". */
static const char *all(void *mem, const char *text, size_t len)
{
	char *copy = mem_memdup(mem, text, len + 1);
	struct buf *out = buf_new(mem);
	struct csv_row row;
	struct csv csv;
	int r;

	copy[len] = '\0';
	csv_init(mem, &csv, copy, len, &limits);
	for (;;) {
		struct diag diag = {0};

		r = csv_next(&csv, &row, &diag);
		if (r == 0)
			return out->data;
		if (r < 0) {
			assert_true(*diag.text);
			buf_printf(out, "%u!%s;", diag.line, error_name(r));
			continue;
		}
		buf_printf(out, "%u:", row.line);
		for (size_t i = 0; i < row.count; i++)
			buf_printf(out, "%s%s", i ? "|" : "", row.cells[i]);
		buf_addc(out, ';');
	}
}

struct example {
	const char *text;
	const char *rows;
};

static void read_as(void *mem, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(all(mem, examples[i].text, strlen(examples[i].text)),
				    examples[i].rows);
}

static void rows_end_with_either_line_end_and_may_lack_the_last(void **state)
{
	static const struct example examples[] = {
		{"", ""},
		{"a", "1:a;"},
		{"a\n", "1:a;"},
		{"a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
		{"a,b\nc,d", "1:a|b;2:c|d;"},
		{"a,\n,b\n,", "1:a|;2:|b;3:|;"},
		{" a , b \n", "1: a | b ;"},
		{"\xef\xbb\xbf"
		 "a\n",
		 "1:a;"},
		{"\xef\xbb\xbf", ""},
		{"\n\r\na\n\n\nb\n\n", "3:a;6:b;"},
	};

	read_as(*state, examples, COUNT_OF(examples));
}

static void a_quoted_cell_holds_anything(void **state)
{
	static const struct example examples[] = {
		{"\"\"", "1:;"},
		{"\"a,b\",c", "1:a,b|c;"},
		{"\"a\"\"b\",\"\"\"\"\n", "1:a\"b|\";"},
		{"\"a\r\nb\n\",c\nd", "1:a\r\nb\n|c;4:d;"},
		{"\"a\"\r\n\"b\"", "1:a;2:b;"},
		{"\"\xc3\xa4\t\"", "1:\xc3\xa4\t;"},
	};

	read_as(*state, examples, COUNT_OF(examples));
}

static void an_error_has_its_line_and_reading_goes_on_behind_it(void **state)
{
	static const struct example examples[] = {
		{"a\"b\nc", "1!csv;2:c;"},
		{"\"a\"b,c\nd", "1!csv;2:d;"},
		{"\"a\nb\"c\nd", "2!csv;3:d;"},
		{"a\rb\nc", "1!csv;2:c;"},
		{"a\r", "1!csv;"},
		{"a\nb,\"c\nd\n", "1:a;2!csv;"},
		{"\"", "1!csv;"},
		{"a\n\xff,b\nc", "1:a;2!text_encoding;3:c;"},
		{"a,\x01\nb", "1!text_character;2:b;"},
		{"123456789012345678901,a\nb", "1!text_long;2:b;"},
		{"\"1234567890\n12345678901\",a\nb", "1!text_long;3:b;"},
		{"1,2,3,4,5\n1,2,3,4,5,6\na", "1:1|2|3|4|5;2!csv;3:a;"},
		{"1,2,3,4,5,\na", "1!csv;2:a;"},
	};

	read_as(*state, examples, COUNT_OF(examples));
}

static void a_nul_is_no_text(void **state)
{
	static const char text[] = "a\0b,c\nd";

	assert_string_equal(all(*state, text, sizeof(text) - 1), "1!text_character;2:d;");
}

static void more_rows_than_allowed_end_the_reading(void **state)
{
	assert_string_equal(all(*state, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", 20),
			    "1:a;2:b;3:c;4:d;5:e;6:f;7:g;8:h;9:i;10:j;");
	assert_string_equal(all(*state, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n", 24),
			    "1:a;2:b;3:c;4:d;5:e;6:f;7:g;8:h;9:i;10:j;11!csv;");
}

static void what_is_written_has_quotes_only_where_they_are_needed(void **state)
{
	static const char *const rows[][2] = {
		{"a", "b c"}, {"a,b", "\"c\""}, {"", NULL}, {"a\nb", "\r"}};
	static const char *const one[] = {""};
	struct buf *out = buf_new(*state);

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		csv_write(out, rows[i], 2);
	csv_write(out, one, 1);
	assert_string_equal(out->data, "a,b c\r\n\"a,b\",\"\"\"c\"\"\"\r\n,\r\n\"a\nb\",\"\r\"\r\n"
				       "\"\"\r\n");
	assert_string_equal(all(*state, out->data, out->len),
			    "1:a|b c;2:a,b|\"c\";3:|;4:a\nb|\r;6:;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_end_with_either_line_end_and_may_lack_the_last),
		cmocka_unit_test(a_quoted_cell_holds_anything),
		cmocka_unit_test(an_error_has_its_line_and_reading_goes_on_behind_it),
		cmocka_unit_test(a_nul_is_no_text),
		cmocka_unit_test(more_rows_than_allowed_end_the_reading),
		cmocka_unit_test(what_is_written_has_quotes_only_where_they_are_needed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
