/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/http/condition.h"
#include "../../src/http/range.h"
#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"

/* "0-9 90-99", as it is written, "whole" or "wrong"; the file has 100 bytes. */
static const char *read_as(const char *header, uint64_t size)
{
	static char text[2048];
	struct ranges ranges;
	struct buf *buf;

	switch (range_parse(header, size, &ranges)) {
	case RANGE_WHOLE:
		return "whole";
	case RANGE_WRONG:
		return "wrong";
	case RANGE_PARTS:
		break;
	}
	buf = buf_new(NULL);
	for (size_t i = 0; i < ranges.count; i++)
		buf_printf(buf, "%s%llu-%llu", i ? " " : "",
			   (unsigned long long)ranges.list[i].start,
			   (unsigned long long)ranges.list[i].end - 1);
	assert_true(buf->len < sizeof(text));
	memcpy(text, buf->data, buf->len + 1);
	mem_free(buf);
	return text;
}

static void ranges_are_read(void **state)
{
	static const struct {
		const char *header;
		const char *read;
	} rows[] = {
		{NULL, "whole"},
		{"", "whole"},
		{"items=0-9", "whole"},
		{"bytes=", "whole"},
		{"bytes=0-9", "0-9"},
		{"BYTES=0-9", "0-9"},
		{"bytes=0-", "0-99"},
		{"bytes=99-", "99-99"},
		{"bytes=-1", "99-99"},
		{"bytes=-200", "0-99"},
		{"bytes=0-200", "0-99"},
		{"bytes= 1 - 2 , 3-4", "1-2 3-4"},
		{"bytes=0-9,200-,-5", "0-9 95-99"},
		{"bytes=0-60,40-99", "whole"},
		{"bytes=100-", "wrong"},
		{"bytes=-0", "wrong"},
		{"bytes=9-5", "wrong"},
		{"bytes=0-9,", "wrong"},
		{"bytes=a-b", "wrong"},
		{"bytes=1", "wrong"},
		{"bytes=--1", "wrong"},
		{"bytes=9223372036854775807-", "wrong"},
		{"bytes=0-9223372036854775807", "0-99"},
		{"bytes=0-9223372036854775808", "wrong"},
		{"bytes=0-99999999999999999999999999", "wrong"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(read_as(rows[i].header, 100), rows[i].read);
	assert_string_equal(read_as("bytes=0-9", 0), "whole");
	assert_string_equal(read_as("bytes=5-9", 0), "wrong");
}

static void of_very_many_ranges_the_whole_is_given(void **state)
{
	struct buf *buf = buf_new(NULL);

	(void)state;
	buf_adds(buf, "bytes=0-0");
	for (size_t i = 1; i < RANGES_MAX; i++)
		buf_printf(buf, ",%zu-%zu", i, i);
	assert_string_not_equal(read_as(buf->data, 1000), "whole");
	buf_adds(buf, ",500-500");
	assert_string_equal(read_as(buf->data, 1000), "whole");
	mem_free(buf);
}

static void dates_have_three_forms(void **state)
{
	static const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
					   "Sunday, 06-Nov-94 08:49:37 GMT",
					   "Sun Nov  6 08:49:37 1994"};
	static const char *const bad[] = {"", "yesterday", "Sun, 06 Nov 1994 08:49:37",
					  "Sun, 06 Nov 1994 08:49:37 GMT and more", "784111777"};
	char text[HTTP_DATE_SIZE];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		at = 0;
		assert_true(http_date_parse(good[i], &at));
		assert_int_equal(at, 784111777);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(http_date_parse(bad[i], &at));
	http_date_format(text, 784111777);
	assert_string_equal(text, good[0]);
}

static void tags_are_compared_weakly_or_strongly(void **state)
{
	static const struct {
		const char *list;
		bool weak, strong;
	} rows[] = {
		{"\"a\"", true, true},
		{"*", true, true},
		{"W/\"a\"", true, false},
		{"\"b\"", false, false},
		{"\"b\", \"a\"", true, true},
		{"\"b\",W/\"a\" ", true, false},
		{"\"b,\"a\"", false, false},
		{"\"x,y\",\"a\"", true, true},
		{"a", false, false},
		{"\"a", false, false},
		{"\"aa\"", false, false},
		{"", false, false},
		{"nonsense, \"a\"", true, true},
		{"\"a\"b", false, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_int_equal(condition_names(rows[i].list, "\"a\"", false), rows[i].weak);
		assert_int_equal(condition_names(rows[i].list, "\"a\"", true), rows[i].strong);
	}
	assert_true(condition_names("\"a\"", "W/\"a\"", false));
	assert_false(condition_names("W/\"a\"", "W/\"a\"", true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_read),
		cmocka_unit_test(of_very_many_ranges_the_whole_is_given),
		cmocka_unit_test(dates_have_three_forms),
		cmocka_unit_test(tags_are_compared_weakly_or_strongly),
	};

	return cmocka_run_group_tests_name("http_range", tests, NULL, NULL);
}
