/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include "ctl/rpc.h"

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<methodCall><methodName>m</methodName>"       \
	"<params>"
#define TAIL "</params></methodCall>\n"

#define ANSWER(value)                                                                              \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse><params><param><value>" value   \
	"</value></param></params></methodResponse>"
#define ARRAY(values) "<array><data>" values "</data></array>"

static const char *call(void *mem, const char *word)
{
	struct buf *out = buf_new(mem);
	struct diag diag = {0};

	if (ctl_rpc_call(out, "m", &word, 1, &diag) < 0)
		return mem_strdup(mem, diag.text);
	return out->data;
}

/* The answer as it is printed; a refusal has "refused:" before it, a fault its words. */
static const char *shown(void *mem, const char *xml)
{
	struct ctl_rpc_answer answer;
	struct buf *out = buf_new(mem);
	struct diag diag = {0};

	if (ctl_rpc_parse(mem, xml, strlen(xml), &answer, &diag) < 0)
		return mem_strdup(mem, diag.text);
	if (answer.words)
		return mem_printf(mem, "%s (%d)", answer.words, answer.fault);
	if (ctl_rpc_is_refusal(answer.value))
		buf_adds(out, "refused:");
	ctl_rpc_show(answer.value, out);
	ctl_rpc_answer_done(&answer);
	return out->data;
}

static void a_call_has_typed_parameters(void **state)
{
	assert_string_equal(
		call(*state, "s:a&b, <c>"),
		HEAD "<param><value><string>a&amp;b, &lt;c&gt;</string></value></param>" TAIL);
	assert_string_equal(call(*state, "sl:A,<,"),
			    HEAD "<param><value><array><data><value><string>A</string></value>"
				 "<value><string>&lt;</string></value></data></array></value>"
				 "</param>" TAIL);
	assert_string_equal(call(*state, "sl:"),
			    HEAD "<param><value><array><data></data></array></value></param>" TAIL);
	assert_string_equal(call(*state, "i:-12"),
			    HEAD "<param><value><i4>-12</i4></value></param>" TAIL);
	assert_string_equal(call(*state, "b:1"),
			    HEAD "<param><value><boolean>1</boolean></value></param>" TAIL);
}

static void a_parameter_without_a_type_is_refused(void **state)
{
	assert_string_equal(
		call(*state, "7C2F80820EC0"),
		"'7C2F80820EC0' does not begin with s: (a string), sl: (a list), i: or b:");
	assert_string_equal(call(*state, "i:9999999999"),
			    "i:9999999999 is not a whole number of 32 bits");
	assert_string_equal(call(*state, "b:yes"), "b:yes is neither b:0 nor b:1");
	assert_non_null(strstr(call(*state, "s:\x01"), "is not text that XML can carry"));
}

static void an_answer_is_a_line_for_each_member(void **state)
{
	assert_string_equal(shown(*state, ANSWER(ARRAY("<value><boolean>1</boolean></value>"
						       "<value>OK: geheim</value>"))),
			    "1\nOK: geheim\n");
	assert_string_equal(shown(*state, ANSWER("<string>one &amp; only</string>")),
			    "one & only\n");
	assert_string_equal(shown(*state, ANSWER(ARRAY(""))), "");
}

static void an_answer_that_begins_with_0_is_a_refusal(void **state)
{
	assert_string_equal(
		shown(*state, ANSWER(ARRAY("<value><boolean>0</boolean></value>"
					   "<value>mac_not_found:7C2F80820EC0</value>"))),
		"refused:0\nmac_not_found:7C2F80820EC0\n");
}

static void arrays_of_arrays_are_rows_with_tabs(void **state)
{
	assert_string_equal(
		shown(*state,
		      ANSWER(ARRAY("<value>" ARRAY(
			      "<value>M</value><value>N\tn</value>"
			      "<value>U</value><value>2026-05-31</value>") "</value>"
									   "<value>" ARRAY(
										   "<value>O</"
										   "value><value/"
										   ">") "</"
											"value"
											">"))),
		"M\tN n\tU\t2026-05-31\nO\t\n");
}

static void a_struct_is_names_and_values(void **state)
{
	assert_string_equal(
		shown(*state, ANSWER("<struct><member><name>a</name><value><i4>1</i4></value>"
				     "</member></struct>")),
		"a\t1\n");
}

static void a_fault_has_words(void **state)
{
	assert_string_equal(
		shown(*state,
		      "<methodResponse><fault><value><struct><member><name>faultCode</name>"
		      "<value><int>1301</int></value></member><member><name>faultString</name>"
		      "<value>no such method</value></member></struct></value></fault>"
		      "</methodResponse>"),
		"no such method (1301)");
}

static void what_is_no_answer_is_refused(void **state)
{
	assert_non_null(strstr(shown(*state, "<html>"), "not one to an XML-RPC call"));
	assert_non_null(strstr(shown(*state, ""), "not one to an XML-RPC call"));
	assert_string_equal(shown(*state, "<!DOCTYPE a [<!ENTITY x \"y\">]>" ANSWER("&x;")),
			    "the answer holds a document type declaration");
	assert_string_equal(shown(*state, "\n " ANSWER("x")), "x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_has_typed_parameters, setup, teardown),
		cmocka_unit_test_setup_teardown(a_parameter_without_a_type_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_answer_is_a_line_for_each_member, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_answer_that_begins_with_0_is_a_refusal, setup,
						teardown),
		cmocka_unit_test_setup_teardown(arrays_of_arrays_are_rows_with_tabs, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_struct_is_names_and_values, setup, teardown),
		cmocka_unit_test_setup_teardown(a_fault_has_words, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_answer_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
