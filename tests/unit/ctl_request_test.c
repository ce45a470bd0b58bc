/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include <unistd.h>

#include "base/clock.h"

static const char *refusal(void *mem, char **args)
{
	struct ctl_request request;
	struct diag diag = {0};

	assert_true(request_of(mem, args, "", &request, &diag) < 0);
	return mem_strdup(mem, diag.text);
}

static void parts_of_a_path_are_encoded(void **state)
{
	assert_string_equal(
		sent(*state, ARGS("setting", "unset", "device:7C2F80", "a/b c%2F?#\xc3\xbc"), ""),
		"DELETE /api/v1/settings/device%3A7C2F80/a%2Fb%20c%252F%3F%23%C3%BC");
	assert_string_equal(sent(*state, ARGS("group", "remove", ".."), ""),
			    "DELETE /api/v1/groups/..");
	assert_string_equal(
		sent(*state,
		     ARGS("handset", "remove", "7C:2F", "0123456789", "--mode", "deregister"), ""),
		"DELETE /api/v1/devices/7C%3A2F/handsets/0123456789?mode=deregister");
}

static void queries_hold_what_was_given(void **state)
{
	assert_string_equal(sent(*state, ARGS("device", "list"), ""), "GET /api/v1/devices");
	assert_string_equal(
		sent(*state, ARGS("device", "list", "--group", "a&b=c", "--product", "n870"), ""),
		"GET /api/v1/devices?group=a%26b%3Dc&product=n870");
	assert_string_equal(sent(*state, ARGS("preview", "M", "--reveal"), ""),
			    "GET /api/v1/devices/M/preview?reveal=1");
	assert_string_equal(ctl_request_with(*state, "/a?b=c", "after", "x y"),
			    "/a?b=c&after=x%20y");
}

static void bodies_hold_what_was_given_and_nothing_else(void **state)
{
	assert_string_equal(sent(*state, ARGS("device", "add", "M", "--product=x"), ""),
			    "POST /api/v1/devices {\"mac\":\"M\",\"product\":\"x\"}");
	assert_string_equal(sent(*state,
				 ARGS("sip", "add", "pbx", "--domain", "d", "--proxy", "[::1]:5060",
				      "--transport", "tls"),
				 ""),
			    "POST /api/v1/sip-servers {\"name\":\"pbx\",\"domain\":\"d\","
			    "\"proxy\":\"[::1]:5060\",\"transport\":\"tls\"}");
	assert_string_equal(sent(*state,
				 ARGS("handset", "add", "M", "I", "--user", "\"100\"", "--pin",
				      "0815", "--force"),
				 ""),
			    "POST /api/v1/devices/M/handsets {\"ipui\":\"I\",\"user\":"
			    "\"\\\"100\\\"\",\"pin\":\"0815\",\"force\":true}");
}

static void a_file_is_sent_as_it_is(void **state)
{
	char path[] = "/tmp/gigaprov-test-XXXXXX";
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "mac\n7C2F80E0D605\n", 17), 17);
	close(fd);
	assert_string_equal(sent(*state, ARGS("inventory", "import", path, "--dry-run"), ""),
			    "POST /api/v1/inventory?dry_run=1 mac\n7C2F80E0D605\n");
	unlink(path);
	assert_non_null(strstr(refusal(*state, ARGS("inventory", "import", path)), path));
}

static void what_is_taken_away_is_null_or_empty(void **state)
{
	assert_string_equal(
		sent(*state, ARGS("device", "set", "M", "--no-group", "--name", ""), ""),
		"PATCH /api/v1/devices/M {\"group\":null,\"name\":\"\"}");
	assert_string_equal(sent(*state, ARGS("account", "set", "a", "--no-providers"), ""),
			    "PATCH /api/v1/accounts/a {\"providers\":[]}");
}

static void lock_and_unlock_say_it_themselves(void **state)
{
	assert_string_equal(sent(*state, ARGS("lock", "M"), ""),
			    "PATCH /api/v1/devices/M {\"locked\":true}");
	assert_string_equal(sent(*state, ARGS("unlock", "M"), ""),
			    "PATCH /api/v1/devices/M {\"locked\":false}");
}

static void an_account_has_providers_and_a_choice(void **state)
{
	assert_string_equal(
		sent(*state,
		     ARGS("account", "add", "a", "--role", "integrator", "--provider", "p",
			  "--provider", "q", "--require-mac-id", "default", "--password-stdin"),
		     "pass word\n"),
		"POST /api/v1/accounts {\"name\":\"a\",\"role\":\"integrator\","
		"\"providers\":[\"p\",\"q\"],\"require_mac_id\":null,"
		"\"password\":\"pass word\"}");
	assert_string_equal(sent(*state, ARGS("account", "set", "a", "--require-mac-id", "no"), ""),
			    "PATCH /api/v1/accounts/a {\"require_mac_id\":false}");
	assert_string_equal(
		refusal(*state, ARGS("account", "set", "a", "--require-mac-id", "jein")),
		"--require-mac-id CHOICE: 'jein' is not yes, no or default");
}

static void an_operation_has_seconds(void **state)
{
	clock_set(1000000000);
	assert_string_equal(sent(*state,
				 ARGS("operation", "add", "M", "open_registration", "--start",
				      "+600", "--duration", "120", "--dm", "local"),
				 ""),
			    "POST /api/v1/devices/M/operations {\"kind\":\"open_registration\","
			    "\"start\":1000000600,\"duration\":120,\"dm\":\"local\"}");
	clock_set(0);
	assert_string_equal(refusal(*state, ARGS("operation", "add", "M", "firmware", "--start",
						 "now", "--duration", "2h")),
			    "--duration SECONDS: '2h' is not a whole number");
}

static void a_setting_is_a_value_or_a_secret(void **state)
{
	assert_string_equal(sent(*state, ARGS("setting", "set", "fleet", "a.b", ""), ""),
			    "PUT /api/v1/settings/fleet/a.b {\"value\":\"\"}");
	assert_string_equal(
		sent(*state, ARGS("setting", "set", "group:g", "a", "--secret-stdin"), "x\ny\n"),
		"PUT /api/v1/settings/group%3Ag/a {\"secret\":\"x\"}");
}

static void what_cannot_be_sent_is_refused(void **state)
{
	assert_string_equal(refusal(*state, ARGS("device", "set", "M")),
			    "nothing to change; say what");
	assert_string_equal(refusal(*state, ARGS("device", "set", "M", "--name", "\xff")),
			    "--name NAME: not valid UTF-8");
	assert_string_equal(refusal(*state, ARGS("audit", "list", "--limit", "-1")),
			    "--limit N: '-1' is not a whole number");
}

static void a_preview_is_asked_for_as_it_will_be_printed(void **state)
{
	struct ctl_request request;
	struct diag diag = {0};

	assert_int_equal(request_of(*state, ARGS("preview", "M"), "", &request, &diag), 0);
	assert_memory_equal(request.accept, "text/xml", strlen("text/xml"));
	assert_int_equal(request_of(*state, ARGS("preview", "M", "--json"), "", &request, &diag),
			 0);
	assert_string_equal(request.accept, "application/json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parts_of_a_path_are_encoded, setup, teardown),
		cmocka_unit_test_setup_teardown(queries_hold_what_was_given, setup, teardown),
		cmocka_unit_test_setup_teardown(bodies_hold_what_was_given_and_nothing_else, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_file_is_sent_as_it_is, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_taken_away_is_null_or_empty, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lock_and_unlock_say_it_themselves, setup, teardown),
		cmocka_unit_test_setup_teardown(an_account_has_providers_and_a_choice, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_operation_has_seconds, setup, teardown),
		cmocka_unit_test_setup_teardown(a_setting_is_a_value_or_a_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_sent_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_preview_is_asked_for_as_it_will_be_printed, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
