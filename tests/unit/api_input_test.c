/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

#include "api/input.h"
#include "base/mem.h"
#include "base/secret.h"

struct input {
	const char *name;
	bool has_group;
	const char *group;
	const struct secret *password;
	int64_t start;
	bool force;
	int choice;
	struct api_texts providers;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
	API_FIELD_HAS("group", TEXT, CLEARS, struct input, group, has_group),
	API_FIELD("password", SECRET, CLEARS, struct input, password),
	API_FIELD("start", NUMBER, MAY, struct input, start),
	API_FIELD("force", TRUTH, MAY, struct input, force),
	API_FIELD("choice", CHOICE, MAY, struct input, choice),
	API_FIELD("providers", TEXTS, MAY, struct input, providers),
};

static struct diag diag;

static int parse(void *mem, const char *body, struct input *ret)
{
	diag = (struct diag){0};
	*ret = (struct input){.choice = 7};
	return api_input_parse(mem, body, strlen(body), fields, COUNT_OF(fields), ret, &diag);
}

static void assert_refused(void **state, const char *body, int r, const char *words)
{
	struct input in;

	assert_int_equal(parse(*state, body, &in), r);
	assert_string_equal(diag.text, words);
}

static void each_kind_of_field_reaches_its_member(void **state)
{
	struct input in;

	assert_int_equal(parse(*state,
			       "{\"name\":\"\\u00e4\",\"group\":\"g\",\"password\":\"p\","
			       "\"start\":-5,\"force\":true,\"choice\":false,"
			       "\"providers\":[\"a\",\"\"]}",
			       &in),
			 7);
	assert_string_equal(in.name, "ä");
	assert_true(in.has_group);
	assert_string_equal(in.group, "g");
	assert_string_equal(secret_reveal(in.password), "p");
	assert_int_equal(in.start, -5);
	assert_true(in.force);
	assert_int_equal(in.choice, 0);
	assert_int_equal(in.providers.count, 2);
	assert_string_equal(in.providers.texts[0], "a");
	assert_string_equal(in.providers.texts[1], "");
}

static void what_is_not_given_stays_as_it_was(void **state)
{
	struct input in;

	assert_int_equal(parse(*state, "{\"name\":\"x\"}", &in), 1);
	assert_false(in.has_group);
	assert_null(in.group);
	assert_null(in.password);
	assert_int_equal(in.choice, 7);
	assert_null(in.providers.texts);
}

static void null_clears_and_an_empty_array_is_given(void **state)
{
	struct input in;

	assert_int_equal(parse(*state,
			       "{\"name\":\"x\",\"group\":null,\"password\":null,"
			       "\"choice\":null,\"providers\":[]}",
			       &in),
			 5);
	assert_true(in.has_group);
	assert_null(in.group);
	assert_null(in.password);
	assert_int_equal(in.choice, -1);
	assert_non_null(in.providers.texts);
	assert_int_equal(in.providers.count, 0);
}

static void a_wrong_type_names_the_field_and_what_is_expected(void **state)
{
	assert_refused(state, "{\"name\":1}", -E_VALUE, "field 'name' must be a text");
	assert_refused(state, "{\"name\":null}", -E_VALUE, "field 'name' must be a text");
	assert_refused(state, "{\"name\":\"x\",\"group\":[]}", -E_VALUE,
		       "field 'group' must be a text or null");
	assert_refused(state, "{\"name\":\"x\",\"password\":1}", -E_VALUE,
		       "field 'password' must be a text or null");
	assert_refused(state, "{\"name\":\"x\",\"start\":1.0}", -E_VALUE,
		       "field 'start' must be a whole number");
	assert_refused(state, "{\"name\":\"x\",\"start\":\"1\"}", -E_VALUE,
		       "field 'start' must be a whole number");
	assert_refused(state, "{\"name\":\"x\",\"force\":1}", -E_VALUE,
		       "field 'force' must be true or false");
	assert_refused(state, "{\"name\":\"x\",\"choice\":\"yes\"}", -E_VALUE,
		       "field 'choice' must be true, false or null");
	assert_refused(state, "{\"name\":\"x\",\"providers\":\"a\"}", -E_VALUE,
		       "field 'providers' must be an array of texts");
	assert_refused(state, "{\"name\":\"x\",\"providers\":[\"a\",1]}", -E_VALUE,
		       "field 'providers' must be an array of texts");
}

static void unknown_and_missing_fields_are_named(void **state)
{
	assert_refused(state, "{\"name\":\"x\",\"nmae\":\"y\"}", -E_FIELD_UNKNOWN,
		       "unknown field 'nmae'; the fields are name, group, password, start, force, "
		       "choice, providers");
	assert_refused(state, "{\"group\":\"x\"}", -E_FIELD_MISSING,
		       "field 'name' is required: a text");
	assert_refused(state, "{}", -E_FIELD_MISSING, "field 'name' is required: a text");
}

static void a_long_name_is_cut_between_characters(void **state)
{
	char body[400] = "{\"a";
	struct input in;

	for (size_t i = 0; i < 100; i++)
		strcat(body, "ä");
	strcat(body, "\":1}");
	assert_int_equal(parse(*state, body, &in), -E_FIELD_UNKNOWN);
	assert_non_null(strstr(diag.text, "ää?'; the fields"));
}

static void syntax_errors_tell_the_place_and_nothing_of_the_text(void **state)
{
	assert_refused(state, "", -E_JSON, "the body is empty; it must be a JSON object");
	assert_refused(state, "[]", -E_JSON, "the body is not a JSON object");
	assert_refused(state, "{\n \"name\" \"x\"}", -E_JSON, "line 2, column 11: ':' expected");
	assert_int_equal(diag.line, 2);
	assert_int_equal(diag.column, 11);
	assert_refused(state, "{\"password\":\"half a secr", -E_JSON,
		       "line 1, column 24: premature end of input");
	assert_refused(state, "{\"name\":\"x\"}{", -E_JSON,
		       "line 1, column 13: end of file expected");
}

static void duplicates_nul_bytes_and_bad_utf8_are_refused(void **state)
{
	struct input in;
	const char nul[] = "{\"name\":\"a\0b\"}";

	assert_refused(state, "{\"name\":\"a\",\"name\":\"a\"}", -E_JSON,
		       "line 1, column 18: duplicate object key");
	assert_refused(state, "{\"name\":\"a\\u0000b\"}", -E_JSON,
		       "line 1, column 18: \\u0000 is not allowed");
	assert_refused(state, "{\"name\":\"\xff\"}", -E_JSON,
		       "line 1, column 9: unable to decode byte 0xff");
	assert_int_equal(
		api_input_parse(*state, nul, sizeof(nul) - 1, fields, COUNT_OF(fields), &in, &diag),
		-E_JSON);
}

static void deep_nesting_and_huge_numbers_are_refused(void **state)
{
	char body[5000] = "{\"name\":";
	struct input in;

	memset(body + strlen(body), '[', 4000);
	assert_int_equal(parse(*state, body, &in), -E_JSON);
	assert_int_equal(parse(*state, "{\"name\":\"x\",\"start\":9223372036854775808}", &in),
			 -E_JSON);
}

static int setup(void **state)
{
	*state = mem_root("test");
	return sodium_init() < 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_of_field_reaches_its_member),
		TEST(what_is_not_given_stays_as_it_was),
		TEST(null_clears_and_an_empty_array_is_given),
		TEST(a_wrong_type_names_the_field_and_what_is_expected),
		TEST(unknown_and_missing_fields_are_named),
		TEST(a_long_name_is_cut_between_characters),
		TEST(syntax_errors_tell_the_place_and_nothing_of_the_text),
		TEST(duplicates_nul_bytes_and_bad_utf8_are_refused),
		TEST(deep_nesting_and_huge_numbers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
