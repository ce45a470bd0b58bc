/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"

/* Standard error goes into a pipe between capture() and captured(). */
static int pipe_end = -1;
static int stderr_copy = -1;
static char text[16384];

static void capture(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	stderr_copy = dup(STDERR_FILENO);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	pipe_end = ends[0];
}

/* What was written: whole lines, in order. */
static const char *captured(void)
{
	size_t len = 0;
	ssize_t n;

	dup2(stderr_copy, STDERR_FILENO);
	close(stderr_copy);
	while (len < sizeof(text) - 1 &&
	       (n = read(pipe_end, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(pipe_end);
	text[len] = '\0';
	return text;
}

static int setup(void **state)
{
	(void)state;
	clock_set(1527771540);
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_LOGFMT);
	log_request(NULL);
	return 0;
}

static void a_line_has_time_level_message_and_fields(void **state)
{
	(void)state;
	capture();
	log_warn("device refused", LOG_S("mac", "7C2F80E0D605"), LOG_I("count", -7));
	log_error("plain");
	assert_string_equal(captured(),
			    "ts=2018-05-31T12:59:00.000Z level=warn msg=\"device refused\" "
			    "mac=7C2F80E0D605 count=-7\n"
			    "ts=2018-05-31T12:59:00.000Z level=error msg=plain\n");
}

static void the_journal_has_priorities_instead_of_the_time(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_DEBUG, LOG_FORMAT_JOURNAL);
	capture();
	log_error("a");
	log_warn("b");
	log_info("c");
	log_debug("d");
	assert_string_equal(captured(), "<3>level=error msg=a\n<4>level=warn msg=b\n"
					"<6>level=info msg=c\n<7>level=debug msg=d\n");
}

static void lines_below_the_level_are_left_out(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_WARN, LOG_FORMAT_JOURNAL);
	capture();
	log_error("a");
	log_warn("b");
	log_info("c");
	log_debug("d");
	assert_string_equal(captured(), "<3>level=error msg=a\n<4>level=warn msg=b\n");
}

static void no_value_forges_a_line_or_a_field(void **state)
{
	static const struct {
		const char *value, *written;
	} rows[] = {
		{"plain", "plain"},
		{"Größe", "Größe"},
		{"", "\"\""},
		{"two words", "\"two words\""},
		{"a=b", "\"a=b\""},
		{"say \"x\"", "\"say \\\"x\\\"\""},
		{"back\\slash", "\"back\\\\slash\""},
		{"x\nlevel=error msg=forged", "\"x\\nlevel=error msg=forged\""},
		{"\" level=error msg=\"", "\"\\\" level=error msg=\\\"\""},
		{"\\\" level=error", "\"\\\\\\\" level=error\""},
		{"a\rb\tc", "\"a\\x0db\\x09c\""},
		{"\x1b[2J", "\"\\x1b[2J\""},
		{"\x01\x1f\x7f", "\"\\x01\\x1f\\x7f\""},
	};

	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char want[200];

		snprintf(want, sizeof(want), "<6>level=info msg=m k=%s after=1\n", rows[i].written);
		capture();
		log_info("m", LOG_S("k", rows[i].value), LOG_I("after", 1));
		assert_string_equal(captured(), want);
		snprintf(want, sizeof(want), "<6>level=info msg=%s\n", rows[i].written);
		capture();
		log_info(rows[i].value);
		assert_string_equal(captured(), want);
	}
}

static void a_missing_string_is_an_empty_one(void **state)
{
	const char *none = NULL;

	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	capture();
	log_info("m", LOG_S("k", none));
	assert_string_equal(captured(), "<6>level=info msg=m k=\"\"\n");
}

static void an_error_gives_its_reason_and_words(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	capture();
	log_info("m", LOG_E(-E_MAC_UNKNOWN));
	log_info("m", LOG_E(-ENOENT));
	assert_string_equal(
		captured(),
		"<6>level=info msg=m reason=mac_unknown why=\"no such device\"\n"
		"<6>level=info msg=m reason=enoent why=\"No such file or directory\"\n");
}

static void the_request_is_added_by_itself(void **state)
{
	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	capture();
	log_request("r-1");
	log_info("m", LOG_I("n", INT64_MIN));
	log_request("r\n2");
	log_info("m");
	log_request(NULL);
	log_info("m");
	assert_string_equal(captured(), "<6>level=info msg=m request=r-1 n=-9223372036854775808\n"
					"<6>level=info msg=m request=\"r\\n2\"\n"
					"<6>level=info msg=m\n");
}

static void a_long_line_is_cut_and_still_one_line(void **state)
{
	static const char fillers[] = {'x', '\n', '"', ' '};
	char value[9000];

	(void)state;
	log_setup(LOG_LEVEL_INFO, LOG_FORMAT_JOURNAL);
	for (size_t i = 0; i < sizeof(fillers); i++) {
		const char *line;

		memset(value, fillers[i], sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		capture();
		log_info("m", LOG_S("k", value), LOG_S("after", value));
		line = captured();
		assert_in_range(strlen(line), 4000, 4096);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_has_time_level_message_and_fields, setup),
		cmocka_unit_test_setup(the_journal_has_priorities_instead_of_the_time, setup),
		cmocka_unit_test_setup(lines_below_the_level_are_left_out, setup),
		cmocka_unit_test_setup(no_value_forges_a_line_or_a_field, setup),
		cmocka_unit_test_setup(a_missing_string_is_an_empty_one, setup),
		cmocka_unit_test_setup(an_error_gives_its_reason_and_words, setup),
		cmocka_unit_test_setup(the_request_is_added_by_itself, setup),
		cmocka_unit_test_setup(a_long_line_is_cut_and_still_one_line, setup),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
