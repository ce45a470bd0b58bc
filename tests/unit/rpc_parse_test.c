/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rpc/parse.h"
#include "rpc/parse_plain.h"

enum { DEPTH = 32 };

#define PARAM(x) "<param><value>" x "</value></param>"
#define CALL(params) "<methodCall><methodName>m</methodName>" params "</methodCall>"
#define LIST(x) "<array><data>" x "</data></array>"

static int setup(void **state)
{
	rpc_setup(NULL);
	*state = mem_root("rpc_parse_test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

/* From memory that ends with the body's NUL, so that a sanitizer sees who reads on. */
static int parse(void *mem, const char *body, size_t len, struct rpc_request *ret,
		 struct diag *reterr)
{
	char *copy = malloc(len + 1);
	int r;

	memcpy(copy, body, len);
	copy[len] = '\0';
	memset(ret, 0, sizeof(*ret));
	r = rpc_parse(mem, copy, len, DEPTH, ret, reterr);
	free(copy);
	return r;
}

static void every_form_of_a_call_is_the_same_call(void **state)
{
	static const char *const forms[] = {
		CALL("<params>" PARAM("<string>a&lt;b</string>") PARAM(
			LIST("<value><string>x</string></value><value>y</value>")) "</params>"),
		"<?xml version='1.0'?>\n" CALL(
			"<params>\n\t<param>\n\t<value>\n\t<string>a&lt;b</string>\n\t</value>\n\t"
			"</param>\n<param>\n<value>\n<array>\n<data>\n<value>x</value>\n<value>\n"
			"<string>y</string></value>\n</data>\n</array>\n</value>\n</param>\n"
			"</params>\n"),
		" \r\n\t<?xml version=\"1.0\" encoding=\"UTF-8\"?>" CALL("<params>" PARAM(
			"a&#60;b") PARAM(LIST("<value>x</value><value>y</value>")) "</params>"),
		"\xef\xbb\xbf<?xml version='1.0' encoding='iso-8859-1'?>" CALL(
			"<params>" PARAM("<![CDATA[a<b]]>")
				PARAM(LIST("<value>&#x78;</value><value>y</value>")) "</params>"),
		"<!-- <!DOCTYPE x> --><?pi <!DOCTYPE ?>" CALL(
			"<params>" PARAM("<string>a<!-- -->&lt;b</string>")
				PARAM(LIST("<value>x</value><value>y</value>")) "</params>"),
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct diag diag = {0};
		struct rpc_request request;

		if (parse(*state, forms[i], strlen(forms[i]), &request, &diag) != 0)
			fail_msg("%s: %s", forms[i], diag.text);
		assert_string_equal(request.method, "m");
		assert_int_equal(request.param_count, 2);
		assert_false(request.params[0].is_array);
		assert_string_equal(request.params[0].text, "a<b");
		assert_true(request.params[1].is_array);
		assert_int_equal(request.params[1].count, 2);
		assert_string_equal(request.params[1].items[0], "x");
		assert_string_equal(request.params[1].items[1], "y");
	}
}

static void same(const struct rpc_request *a, const struct rpc_request *b, const char *body)
{
	if (strcmp(a->method, b->method) != 0 || a->param_count != b->param_count)
		fail_msg("%s", body);
	for (size_t i = 0; i < a->param_count; i++) {
		const struct rpc_param *x = &a->params[i], *y = &b->params[i];

		if (x->is_array != y->is_array || x->is_flag != y->is_flag || x->count != y->count)
			fail_msg("%s: parameter %zu", body, i);
		if (!x->is_array)
			assert_string_equal(x->text, y->text);
		for (size_t k = 0; k < x->count; k++)
			assert_string_equal(x->items[k], y->items[k]);
	}
}

/* A comment behind a call changes nothing but who reads it. */
static void a_plain_call_is_read_as_any_other(void **state)
{
	static const char *const bodies[] = {
		CALL("<params></params>"),
		" " CALL("<params> </params>") "\r\n\t ",
		"<?xml version=\"1.0\"?>\r\n" CALL("\n<params>\n</params>\n"),
		"<?xml version='1.0' encoding='UTF-8'?>" CALL("<params>" PARAM("") "</params>"),
		"<?xml version='1.0' encoding='utf-8'?>" CALL("<params>" PARAM(" ") "</params>"),
		"<?xml version=\"1.0\" ?>" CALL("<params>" PARAM(" x  y ") "</params>"),
		CALL("<params>" PARAM("<string></string>") "</params>"),
		CALL("<params>" PARAM("<string> </string>") PARAM("~") "</params>"),
		CALL("<params>" PARAM(" \t\n<string> a \"b' > /[</string>\r\n") "</params>"),
		CALL("<params>" PARAM("&amp;lt;&lt;&gt;&quot;&apos;") "</params>"),
		CALL("<params>" PARAM("<string>&amp;&amp;amp;x</string>") "</params>"),
		CALL("<params>" PARAM(LIST("")) PARAM(LIST(" ")) "</params>"),
		CALL("<params>" PARAM(" <array> <data> <value>a</value>\n<value> </value> <value>"
				      "<string>b</string> </value></data> </array> ") "</params>"),
		"<methodCall>\n<methodName>autoprov.a_b:c/d</methodName>\n<params/></methodCall>",
	};

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		char *other = mem_printf(*state, "%s<!-- -->", bodies[i]);
		struct rpc_request plain, whole;
		struct diag diag = {0};

		assert_false(parse_plain(*state, other, strlen(other), &plain));
		if (parse(*state, other, strlen(other), &whole, &diag) != 0)
			fail_msg("%s: %s", other, diag.text);
		assert_int_equal(parse(*state, bodies[i], strlen(bodies[i]), &plain, &diag), 0);
		same(&plain, &whole, bodies[i]);
		/* The last one is there to show that both ways are gone. */
		assert_int_equal(parse_plain(*state, bodies[i] + (*bodies[i] == ' '),
					     strlen(bodies[i]) - (*bodies[i] == ' '), &plain),
				 i + 1 < COUNT_OF(bodies));
	}
}

/* What xmlrpc-c refuses, or reads in a way of its own, is left to it. */
static void what_is_not_plain_is_left_alone(void **state)
{
	static const char *const bodies[] = {
		"",
		"<",
		"<?xml version='1.1'?>" CALL("<params></params>"),
		"<?xml version='1.0' encoding='iso-8859-1'?>" CALL("<params></params>"),
		"<?pi?>" CALL("<params></params>"),
		CALL("<params></params>") "x",
		"<methodCall><methodName></methodName><params></params></methodCall>",
		"<methodCall><methodName> m</methodName><params></params></methodCall>",
		"<methodCall><methodName>m&amp;</methodName><params></params></methodCall>",
		"<methodCall a='b'><methodName>m</methodName><params></params></methodCall>",
		CALL("<params>x</params>"),
		CALL("<params><param></param></params>"),
		CALL("<params>" PARAM("x") "y</params>"),
		CALL("<params>" PARAM("a\nb") "</params>"),
		CALL("<params>" PARAM("\ta") "</params>"),
		CALL("<params>" PARAM("a\rb") "</params>"),
		CALL("<params>" PARAM("\x7f") "</params>"),
		CALL("<params>" PARAM("\xc3\xa4") "</params>"),
		CALL("<params>" PARAM("a]]>b") "</params>"),
		CALL("<params>" PARAM("&#65;") "</params>"),
		CALL("<params>" PARAM("&amp") "</params>"),
		CALL("<params>" PARAM("&auml;") "</params>"),
		CALL("<params>" PARAM("x<string>y</string>") "</params>"),
		CALL("<params>" PARAM("<string>x</string>y") "</params>"),
		CALL("<params>" PARAM("<string>x</string><string>y</string>") "</params>"),
		CALL("<params>" PARAM("<string a='b'>x</string>") "</params>"),
		CALL("<params>" PARAM("<boolean>1</boolean>") "</params>"),
		CALL("<params>" PARAM(LIST("x")) "</params>"),
		CALL("<params>" PARAM(LIST("<value><i4>1</i4></value>")) "</params>"),
		CALL("<params>" PARAM(LIST("<value>" LIST("") "</value>")) "</params>"),
		CALL("<params>" PARAM("<array></array>") "</params>"),
	};
	static const char whole[] =
		CALL("<params>" PARAM("a") PARAM(LIST("<value>b</value>")) "</params>");
	struct rpc_request request;

	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		if (parse_plain(*state, bodies[i], strlen(bodies[i]), &request))
			fail_msg("'%s'", bodies[i]);
	assert_true(parse_plain(*state, whole, strlen(whole), &request));
	for (size_t len = 0; len < strlen(whole); len++) {
		char *cut = malloc(len + 1);

		memcpy(cut, whole, len);
		assert_false(parse_plain(*state, cut, len, &request));
		free(cut);
	}
}

static void parameters_may_be_left_out_and_strings_be_empty(void **state)
{
	static const char *const none[] = {CALL(""), CALL("<params/>"), CALL("<params></params>"),
					   CALL("<params>\n </params>")};
	static const char empty[] =
		CALL("<params>" PARAM("<string/>") PARAM("") PARAM(LIST("")) "</params>");
	struct rpc_request request;

	for (size_t i = 0; i < COUNT_OF(none); i++) {
		assert_int_equal(parse(*state, none[i], strlen(none[i]), &request, NULL), 0);
		assert_int_equal(request.param_count, 0);
	}
	assert_int_equal(parse(*state, empty, strlen(empty), &request, NULL), 0);
	assert_int_equal(request.param_count, 3);
	assert_string_equal(request.params[0].text, "");
	assert_string_equal(request.params[1].text, "");
	assert_true(request.params[2].is_array);
	assert_int_equal(request.params[2].count, 0);
}

static void what_is_no_call_is_refused(void **state)
{
	static const struct {
		const char *body;
		int error;
	} rows[] = {
		{"", -E_RPC_PARSE},
		{"x", -E_RPC_PARSE},
		{"<", -E_RPC_PARSE},
		{"<!--", -E_RPC_PARSE},
		{"<methodCall a='", -E_RPC_PARSE},
		{"<methodCall/>", -E_RPC_PARSE},
		{CALL("") "x", -E_RPC_PARSE},
		{"<!", -E_RPC_DOCTYPE},
		{"<!DOCTYPE x>" CALL(""), -E_RPC_DOCTYPE},
		{"<a b='<!--'/><!DOCTYPE x>" CALL(""), -E_RPC_DOCTYPE},
		{CALL("<params>" PARAM("<i4>2</i4>") "</params>"), -E_RPC_PARAMS},
		{CALL("<params>" PARAM("<double>1</double>") "</params>"), -E_RPC_PARAMS},
		{CALL("<params>" PARAM("<base64>AA==</base64>") "</params>"), -E_RPC_PARAMS},
		{CALL("<params>" PARAM(LIST("<value><i4>1</i4></value>")) "</params>"),
		 -E_RPC_PARAMS},
		{CALL("<params>" PARAM(LIST("<value>" LIST("") "</value>")) "</params>"),
		 -E_RPC_PARAMS},
		{"\xff\xfe<", -E_TEXT_ENCODING},
		{CALL("\x01"), -E_TEXT_CHARACTER},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct diag diag = {0};
		struct rpc_request request;
		int r = parse(*state, rows[i].body, strlen(rows[i].body), &request, &diag);

		if (r != rows[i].error)
			fail_msg("'%s': %s", rows[i].body, error_name(r));
		assert_true(strlen(diag.text) > 5);
	}
}

static void a_nul_is_no_blank(void **state)
{
	struct rpc_request request;
	struct diag diag;

	assert_int_equal(parse(*state, "\0" CALL(""), sizeof(CALL("")), &request, &diag),
			 -E_TEXT_CHARACTER);
	assert_int_equal(parse(*state, CALL(""), sizeof(CALL("")), &request, &diag),
			 -E_TEXT_CHARACTER);
}

/* `open` again and again, then what closes it. */
static int nested(void *mem, const char *open, const char *close, unsigned count)
{
	struct buf *buf = buf_new(mem);
	struct rpc_request request;
	struct diag diag = {0};
	int r;

	for (unsigned i = 0; i < count; i++)
		buf_adds(buf, open);
	for (unsigned i = 0; i < count; i++)
		buf_adds(buf, close);
	r = parse(mem, buf->data, buf->len, &request, &diag);
	mem_free(buf);
	return r;
}

static void depth_is_counted_whatever_the_tags_look_like(void **state)
{
	static const char *const tags[] = {
		"<a>", "<a b='/>'>", "<a b=\"/>\">", "<a b='>' c='/>'>", "<a b='\"/>'>", "<a\n>",
	};

	for (size_t i = 0; i < COUNT_OF(tags); i++) {
		assert_int_equal(nested(*state, tags[i], "</a>", DEPTH), -E_RPC_PARSE);
		assert_int_equal(nested(*state, tags[i], "</a>", DEPTH + 1), -E_RPC_DEPTH);
		assert_int_equal(nested(*state, tags[i], "</a>", 100000), -E_RPC_DEPTH);
		assert_int_equal(nested(*state, tags[i], "", 100000), -E_RPC_DEPTH);
	}
	/* Beside each other is not in each other. */
	assert_int_equal(nested(*state, "<a/>", "", 1000), -E_RPC_PARSE);
	assert_int_equal(nested(*state, "<a b='/'/>", "", 1000), -E_RPC_PARSE);
	assert_int_equal(nested(*state, "<a b='>'></a>", "", 1000), -E_RPC_PARSE);
}

static void the_place_is_told(void **state)
{
	static const char type[] = "<?xml version='1.0'?>\n\n<!DOCTYPE x>";
	struct rpc_request request;
	struct diag diag = {0};

	assert_int_equal(parse(*state, "<a>\n<b>\x02", 8, &request, &diag), -E_TEXT_CHARACTER);
	assert_int_equal(diag.line, 2);
	assert_non_null(strstr(diag.text, "line 2, byte 8: "));
	assert_int_equal(parse(*state, type, strlen(type), &request, &diag), -E_RPC_DOCTYPE);
	assert_int_equal(diag.line, 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_form_of_a_call_is_the_same_call),
		TEST(a_plain_call_is_read_as_any_other),
		TEST(what_is_not_plain_is_left_alone),
		TEST(parameters_may_be_left_out_and_strings_be_empty),
		TEST(what_is_no_call_is_refused),
		TEST(a_nul_is_no_blank),
		TEST(depth_is_counted_whatever_the_tags_look_like),
		TEST(the_place_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
