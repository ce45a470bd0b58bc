/* SPDX-License-Identifier: MIT */
#include "config_help.h"

/* What a reload from one text to the other is refused with; "" when it is not. */
static const char *reload(void *mem, const char *now, const char *next)
{
	struct buf *errors = buf_new(mem);
	int r = config_check_reload(good(mem, now), good(mem, next), errors);

	assert_int_equal(r, errors->len ? -E_CONFIG : 0);
	return errors->data;
}

static void what_may_change_changes(void **state)
{
	void *mem = mem_root("test");

	(void)state;
	assert_string_equal(reload(mem, PHONES, PHONES), "");
	assert_string_equal(reload(mem, PHONES,
				   PHONES
				   "[daemon]\nlog_level = debug\n[redirect]\nmax_list = 1\n"
				   "[provisioning]\nauth = open\nopen_networks = 10.0.0.0/8\n"
				   "[limits]\ncache_bytes = 1M\n"),
			    "");
	mem_free(mem);
}

static void what_needs_a_restart_is_told(void **state)
{
	void *mem = mem_root("test");

	(void)state;
	assert_string_equal(
		reload(mem, PHONES,
		       PHONES "port = 81\n[daemon]\nstate_dir = /x\nlog_level = warn\n"
			      "[provisioning]\nrealm = r\npaths = /%MACD\n"),
		INI ": [daemon] state_dir: \"/var/lib/gigaprovd\" is in force, and \"/x\" takes "
		    "effect at a restart\n" INI ": [listener phones] port: \"8080\" is in force, "
		    "and \"81\" takes effect at a restart\n" INI
		    ": [provisioning] realm: \"gigaprovd\" is in force, and \"r\" takes effect at "
		    "a restart\n" INI ": [provisioning] paths: \"\" is in force, and \"/%MACD\" "
		    "takes effect at a restart\n");
	mem_free(mem);
}

static void listeners_come_and_go_at_a_restart(void **state)
{
	void *mem = mem_root("test");
	static const char a[] = "[listener a]\nport = 81\nserves = rpc\n";

	(void)state;
	assert_string_equal(reload(mem, PHONES, a),
			    INI ": [listener phones]: is gone, which takes effect at a "
				"restart\n" INI ": [listener a]: is new, which takes effect at a "
				"restart\n");
	/* Their order means nothing. */
	assert_string_equal(
		reload(mem, mem_printf(mem, "%s" PHONES, a), mem_printf(mem, PHONES "%s", a)), "");
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_change_changes),
		cmocka_unit_test(what_needs_a_restart_is_told),
		cmocka_unit_test(listeners_come_and_go_at_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
