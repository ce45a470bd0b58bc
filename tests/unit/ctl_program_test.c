/* SPDX-License-Identifier: MIT */
#include "ctl_help.h"

#include <unistd.h>

#include "ctl/program.h"

/* The exit code; what it says on standard error goes to `ret`, on standard output nowhere. */
static int run(void *mem, char **args, const char **ret)
{
	int kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	FILE *out = tmpfile();
	FILE *err = tmpfile();
	char text[1000];
	size_t len;
	int code;

	fflush(stdout);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	code = ctl_main(args_count(args), args);
	dup2(kept[0], STDOUT_FILENO);
	dup2(kept[1], STDERR_FILENO);
	close(kept[0]);
	close(kept[1]);
	rewind(err);
	len = fread(text, 1, sizeof(text), err);
	*ret = mem_strndup(mem, text, len);
	fclose(out);
	fclose(err);
	return code;
}

static void help_is_done_and_silent_on_standard_error(void **state)
{
	const char *err;

	assert_int_equal(run(*state, ARGS("--help"), &err), CTL_DONE);
	assert_string_equal(err, "");
	assert_int_equal(
		run(*state, (char **)(const char *[]){"/x/ap-client", "--help", NULL}, &err),
		CTL_DONE);
	assert_string_equal(err, "");
}

static void a_wrong_command_line_says_where_help_is(void **state)
{
	const char *err;

	assert_int_equal(run(*state, ARGS("device", "add"), &err), CTL_USAGE);
	assert_string_equal(err, "gigaprovctl: device add: MAC is missing\n"
				 "Try 'gigaprovctl device add --help'.\n");
	assert_int_equal(run(*state, ARGS("status", "--url", "http://u:p@h"), &err), CTL_USAGE);
	assert_non_null(strstr(err, "a password does not belong on the command line"));
	assert_int_equal(run(*state, ARGS("status", "--url", "h:8081"), &err), CTL_USAGE);
	assert_int_equal(run(*state, ARGS("status", "--url", "http://h", "-s", "/s"), &err),
			 CTL_USAGE);
	assert_int_equal(run(*state, (char **)(const char *[]){"ap-client", "n", NULL}, &err),
			 CTL_USAGE);
	assert_non_null(strstr(err, "ap-client: AUTH-NAME, AUTH-PASS, HOST and METHOD"));
}

static void a_socket_that_is_not_there_is_named(void **state)
{
	const char *err;

	assert_int_equal(run(*state, ARGS("status", "-s", "/nowhere/socket"), &err),
			 CTL_UNREACHABLE);
	assert_string_equal(err, "gigaprovctl: cannot reach gigaprovd at /nowhere/socket: "
				 "No such file or directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(help_is_done_and_silent_on_standard_error, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_wrong_command_line_says_where_help_is, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_socket_that_is_not_there_is_named, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
