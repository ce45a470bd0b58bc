/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include "base/secret.h"
#include "ctl/ap_client.h"

/* Parses NAME PASS `host` METHOD with two words, and options before them. */
static int parse(void *mem, const char *option, const char *host, struct ap_client_call *ret)
{
	char *args[9] = {(char *)"ap-client"};
	struct diag diag = {0};
	int n = 1;

	if (option)
		args[n++] = (char *)option;
	args[n++] = (char *)"name";
	args[n++] = mem_strdup(mem, "-geheim");
	args[n++] = (char *)host;
	args[n++] = (char *)"autoprov.registerDevice";
	args[n++] = (char *)"s:http://x/%MACD.xml,";
	args[n++] = (char *)"s:Provider,";
	return ap_client_parse(mem, n, args, ret, &diag);
}

static const char *url(void *mem, const char *option, const char *host)
{
	struct ap_client_call call;

	if (parse(mem, option, host, &call) < 0)
		return "refused";
	return mem_printf(mem, "%s%s", call.target.base, call.path);
}

static void a_bare_host_is_http_and_the_manufacturers_path(void **state)
{
	assert_string_equal(url(*state, NULL, "prov.gigaset.net"),
			    "http://prov.gigaset.net/apxml/rpc.do");
	assert_string_equal(url(*state, NULL, "localhost:8081"),
			    "http://localhost:8081/apxml/rpc.do");
	assert_string_equal(url(*state, "--https", "localhost"), "https://localhost/apxml/rpc.do");
}

static void a_scheme_or_a_path_is_taken_as_given(void **state)
{
	assert_string_equal(url(*state, NULL, "https://[::1]:8443"),
			    "https://[::1]:8443/apxml/rpc.do");
	assert_string_equal(url(*state, "--https", "http://h/"), "http://h/apxml/rpc.do");
	assert_string_equal(url(*state, NULL, "http://h/RPC2"), "http://h/RPC2");
	assert_string_equal(url(*state, NULL, "ftp://h"), "refused");
	assert_string_equal(url(*state, NULL, "http://"), "refused");
	assert_string_equal(url(*state, NULL, "u:p@h"), "refused");
}

static void a_comma_after_a_url_is_dropped_where_something_follows(void **state)
{
	struct ap_client_call call;
	struct diag diag = {0};
	char *args[] = {(char *)"ap-client",
			(char *)"n",
			mem_strdup(*state, "p"),
			(char *)"h",
			(char *)"m",
			(char *)"s:a,",
			(char *)"sl:https://a,",
			(char *)"s:https://h/,"};

	assert_int_equal(parse(*state, NULL, "h", &call), 0);
	assert_string_equal(call.words[0], "s:http://x/%MACD.xml");
	assert_string_equal(call.words[1], "s:Provider,");
	assert_int_equal(ap_client_parse(*state, (int)COUNT_OF(args), args, &call, &diag), 0);
	assert_string_equal(call.words[0], "s:a,");
	assert_string_equal(call.words[1], "sl:https://a,");
	assert_string_equal(call.words[2], "s:https://h/,");
}

static void the_password_leaves_the_arguments(void **state)
{
	struct ap_client_call call;
	struct diag diag = {0};
	char *args[] = {(char *)"ap-client", (char *)"n", mem_strdup(*state, "geheim"), (char *)"h",
			(char *)"m"};

	assert_int_equal(ap_client_parse(*state, (int)COUNT_OF(args), args, &call, &diag), 0);
	assert_string_equal(args[2], "");
	assert_string_equal(secret_reveal(call.target.password), "geheim");
	assert_true(call.target.preemptive);
}

static void too_little_is_refused(void **state)
{
	struct ap_client_call call;
	struct diag diag = {0};
	char *args[] = {(char *)"ap-client", (char *)"n", mem_strdup(*state, "p"), (char *)"h",
			NULL};

	assert_true(ap_client_parse(*state, 4, args, &call, &diag) < 0);
	assert_string_equal(diag.text, "AUTH-NAME, AUTH-PASS, HOST and METHOD are needed");
	args[1] = (char *)"--json";
	assert_true(ap_client_parse(*state, 4, args, &call, &diag) < 0);
	assert_string_equal(diag.text, "unknown option --json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bare_host_is_http_and_the_manufacturers_path,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_scheme_or_a_path_is_taken_as_given, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			a_comma_after_a_url_is_dropped_where_something_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(the_password_leaves_the_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(too_little_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
