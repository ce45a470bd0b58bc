/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

static void options_may_stand_anywhere(void **state)
{
	char **args = ARGS("--json", "device", "--group=g", "add", "-s", "/s", "M");
	struct ctl_line *line;
	struct diag diag = {0};

	/* an option of the verb is not known before the verb is */
	assert_true(ctl_line_parse(*state, args_count(args), args, &line, &diag) < 0);
	args = ARGS("--json", "device", "add", "--product=x", "--group=g", "-s", "/s", "M",
		    "--name", "N");
	assert_int_equal(ctl_line_parse(*state, args_count(args), args, &line, &diag), 0);
	assert_string_equal(line->verb->words, "device add");
	assert_string_equal(line->options.socket, "/s");
	assert_non_null(line->options.json);
	assert_string_equal(ctl_line_value(line, "mac")->text, "M");
	assert_string_equal(ctl_line_value(line, "group")->text, "g");
	assert_string_equal(ctl_line_value(line, "name")->text, "N");
}

static void after_two_dashes_nothing_is_an_option(void **state)
{
	assert_string_equal(sent(*state, ARGS("setting", "set", "fleet", "a", "--", "--json"), ""),
			    "PUT /api/v1/settings/fleet/a {\"value\":\"--json\"}");
	assert_string_equal(sent(*state, ARGS("setting", "set", "fleet", "a", "-5"), ""),
			    "PUT /api/v1/settings/fleet/a {\"value\":\"-5\"}");
}

static void who_asks_for_help_gets_it_whatever_else_is_wrong(void **state)
{
	static const char *const lines[][6] = {
		{"gigaprovctl", "--help", "device", "add"},
		{"gigaprovctl", "device", "add", "--help"},
		{"gigaprovctl", "help", "device", "add"},
		{"gigaprovctl", "device", "-h", "add", "--nonsense"},
	};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		char **args = (char **)lines[i];
		struct ctl_line *line;
		struct diag diag = {0};

		assert_int_equal(ctl_line_parse(*state, args_count(args), args, &line, &diag), 0);
		assert_true(line->help);
		assert_string_equal(line->topic, "device add");
	}
}

static void a_slip_is_answered_with_what_was_meant(void **state)
{
	assert_string_equal(line_refusal(*state, ARGS("devcie", "list")),
			    "unknown command 'devcie'; did you mean 'device'?");
	assert_string_equal(line_refusal(*state, ARGS("device", "lsit")),
			    "unknown command 'device lsit'; did you mean 'device list'?");
	assert_string_equal(line_refusal(*state, ARGS("device", "add", "M", "--prodcut", "x")),
			    "unknown option --prodcut; did you mean --product?");
	assert_string_equal(line_refusal(*state, ARGS("status", "--jsno")),
			    "unknown option --jsno; did you mean --json?");
	assert_string_equal(line_refusal(*state, ARGS("frobnicate")),
			    "unknown command 'frobnicate'");
}

static void what_is_certainly_wrong_is_refused(void **state)
{
	assert_string_equal(line_refusal(*state, ARGS("device")),
			    "a word is missing after 'device'");
	assert_string_equal(line_refusal(*state, ARGS("device", "add")), "MAC is missing");
	assert_string_equal(line_refusal(*state, ARGS("sip", "add", "x")),
			    "--domain DOMAIN is missing");
	assert_string_equal(line_refusal(*state, ARGS("device", "show", "")), "MAC is empty");
	assert_string_equal(line_refusal(*state, ARGS("device", "show", "a", "b")),
			    "'b' is one argument too many");
	assert_string_equal(line_refusal(*state, ARGS("device", "add", "M", "--name")),
			    "--name needs a value: --name NAME");
	assert_string_equal(line_refusal(*state, ARGS("status", "--json=1")),
			    "--json takes no value");
	assert_string_equal(
		line_refusal(*state, ARGS("device", "list", "--group", "a", "--group=b")),
		"--group is given twice");
	assert_string_equal(line_refusal(*state, ARGS("status", "-s", "a", "--socket", "b")),
			    "--socket is given twice");
	assert_string_equal(
		line_refusal(*state, ARGS("device", "set", "M", "--group", "a", "--no-group")),
		"--group and --no-group contradict each other");
}

static void of_two_ways_exactly_one_is_taken(void **state)
{
	const char *words = "give either VALUE or --secret-stdin";

	assert_string_equal(line_refusal(*state, ARGS("setting", "set", "fleet", "a")), words);
	assert_string_equal(
		line_refusal(*state, ARGS("setting", "set", "fleet", "a", "b", "--secret-stdin")),
		words);
	assert_string_equal(line_refusal(*state, ARGS("rpc")), "give either METHOD or --file FILE");
	assert_string_equal(line_refusal(*state, ARGS("rpc", "m", "s:a", "s:b", "--xml")), "");
}

static void secrets_are_lines_in_the_order_of_their_options(void **state)
{
	struct ctl_request request;
	struct diag diag = {0};

	assert_string_equal(
		sent(*state,
		     ARGS("device", "add", "M", "--product=x", "--password-stdin",
			  "--secret-stdin"),
		     "first\nsecond"),
		"POST /api/v1/devices "
		"{\"mac\":\"M\",\"product\":\"x\",\"password\":\"first\",\"secret\":\"second\"}");
	assert_true(request_of(*state,
			       ARGS("device", "add", "M", "--product=x", "--password-stdin",
				    "--secret-stdin"),
			       "only\n", &request, &diag) < 0);
	assert_string_equal(diag.text, "--secret-stdin: there is no line to read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(options_may_stand_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(after_two_dashes_nothing_is_an_option, setup,
						teardown),
		cmocka_unit_test_setup_teardown(who_asks_for_help_gets_it_whatever_else_is_wrong,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_slip_is_answered_with_what_was_meant, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_certainly_wrong_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(of_two_ways_exactly_one_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(secrets_are_lines_in_the_order_of_their_options,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
