/* SPDX-License-Identifier: MIT */
#include "config_help.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
	*state = mem_root("test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

static void a_listener_is_all_that_a_file_needs(void **state)
{
	struct config *config = good(*state, PHONES);

	assert_string_equal(config->file, INI);
	assert_string_equal(config->daemon.database, "sqlite:/var/lib/gigaprovd/fleet.db");
	assert_int_equal(config->daemon.log_level, LOG_LEVEL_INFO);
	assert_int_equal(config->listener_count, 1);
	assert_string_equal(config->listeners[0].name, "phones");
	assert_string_equal(config->listeners[0].address, "127.0.0.1");
	assert_int_equal(config->listeners[0].port, 8080);
	assert_int_equal(config->listeners[0].planes, PLANE_PHONES);
	assert_null(config->listeners[0].tls_cert);
	assert_int_equal(config->provisioning.shrink_guard.percent, 20);
	assert_int_equal(config->provisioning.shrink_guard.count, 10);
	assert_int_equal(config->provisioning.open_networks.count, 0);
	assert_int_equal(config->limits.cache_bytes, 56 << 20);
	assert_false(config->redirect.require_mac_id);
	assert_int_equal(config->redirect.auth, PHONE_AUTH_DIGEST);
	assert_string_equal(config->redirect.chain_code, "");
	assert_string_equal(config->redirect.chain_url, "http://%DURL/%MACD.xml");
}

static void every_type_is_read(void **state)
{
	struct config *config = good(
		*state, "[daemon]\nlog_level=debug\nlog_format: journal\nthreads = 64\n"
			"[redirect]\nrequire_mac_id = yes\ncheck_device_order = url-date\n"
			"auth = open\ndata_url = prov.example.net/device\nchain_code = 444\n"
			"chain_url = https://a.example/%MACC\n"
			"[provisioning]\nauth = open\nopen_networks = 10.0.0.0/8  2001:db8::/32\n"
			"realm = Our phones\npaths = /a/%MACD.xml /b/%DVID/%MACC\n"
			"delete_not_provisioned = never\nshrink_guard = 100% 0\n"
			"[limits]\nmax_body = 4096\ncache_bytes = 2G\nconnection_memory = 32K\n"
			"[listener a]\naddress = ::ffff:192.0.2.1\nport = 0\n"
			"serves = metrics  api\nbasic_without_tls = yes\n"
			"[listener b]\nserves = rpc\naddress = 2001:DB8::0:1\n");

	assert_int_equal(config->daemon.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(config->daemon.log_format, LOG_FORMAT_JOURNAL);
	assert_int_equal(config->daemon.threads, 64);
	assert_true(config->redirect.require_mac_id);
	assert_int_equal(config->redirect.check_device_order, DATE_ORDER_URL_DATE);
	assert_int_equal(config->redirect.auth, PHONE_AUTH_OPEN);
	assert_string_equal(config->redirect.data_url, "prov.example.net/device");
	assert_string_equal(config->redirect.chain_code, "444");
	assert_string_equal(config->redirect.chain_url, "https://a.example/%MACC");
	assert_int_equal(config->provisioning.auth, PHONE_AUTH_OPEN);
	assert_int_equal(config->provisioning.open_networks.count, 2);
	assert_int_equal(config->provisioning.open_networks.prefixes[1].bits, 32);
	assert_string_equal(config->provisioning.realm, "Our phones");
	assert_int_equal(config->provisioning.paths.count, 2);
	assert_string_equal(config->provisioning.paths.words[1], "/b/%DVID/%MACC");
	assert_int_equal(config->provisioning.delete_not_provisioned, DNP_NEVER);
	assert_int_equal(config->provisioning.shrink_guard.percent, 100);
	assert_int_equal(config->limits.max_body, 4096);
	assert_int_equal(config->limits.cache_bytes, 2u << 30);
	assert_int_equal(config->limits.connection_memory, 32 << 10);
	assert_int_equal(config->listener_count, 2);
	assert_string_equal(config->listeners[0].address, "192.0.2.1");
	assert_int_equal(config->listeners[0].port, 0);
	assert_int_equal(config->listeners[0].planes, PLANE_METRICS | PLANE_API);
	assert_true(config->listeners[0].basic_without_tls);
	assert_string_equal(config->listeners[1].address, "2001:db8::1");
}

static void relative_paths_are_below_the_files_directory(void **state)
{
	struct config *config = good(*state, PHONES "[daemon]\ndatabase = sqlite:data/f.db\n"
						    "control_socket = ./run/c.sock\n"
						    "state_dir = /srv/state\n"
						    "secret_key_file = ../key\n");

	assert_string_equal(config->daemon.database, "sqlite:/etc/x/data/f.db");
	assert_string_equal(config->daemon.control_socket, "/etc/x/run/c.sock");
	assert_string_equal(config->daemon.state_dir, "/srv/state");
	assert_string_equal(config->daemon.secret_key_file, "/etc/x/../key");
}

static void blanks_bom_crlf_and_comments_are_fine(void **state)
{
	struct config *config = good(*state, "\xef\xbb\xbf# c\r\n\r\n  ; indented\r\n"
					     "[ listener \t phones ] \r\n"
					     "\t serves\t=\tphones   \r\n\r\n[daemon]\r\n"
					     "threads = 3");

	assert_string_equal(config->listeners[0].name, "phones");
	assert_int_equal(config->listeners[0].planes, PLANE_PHONES);
	assert_int_equal(config->daemon.threads, 3);
}

static void a_hash_or_semicolon_within_a_word_is_part_of_it(void **state)
{
	struct config *config = good(
		*state, PHONES "[provisioning]\nrealm = a#b;c=d\n[daemon]\nstate_dir = /a;b#c\n");

	assert_string_equal(config->provisioning.realm, "a#b;c=d");
	assert_string_equal(config->daemon.state_dir, "/a;b#c");
}

static void a_value_too_long_to_be_printed_is_refused(void **state)
{
	struct buf *text = buf_new(*state);
	unsigned i = 0;

	/* ::1:0 is written as ::0.1.0.0 */
	buf_adds(text, PHONES "[provisioning]\nopen_networks = 2001:db8:1111:2222:3333::1");
	while (++i < 57)
		buf_adds(text, i < 33 ? " ::ff80:0/105" : " 2001:db8:111:222::1");
	assert_string_equal(bad(*state, text->data),
			    INI ":4: [provisioning] open_networks: the value has 1082 bytes when "
				"it is written out, and 900 is the most, expected networks such as "
				"10.0.0.0/8, separated by blanks\n");
}

static void a_long_line_is_read_whole(void **state)
{
	struct buf *text = buf_new(*state);
	struct config *config;

	buf_adds(text, PHONES "[daemon]\nstate_dir = /");
	while (text->len < strlen(PHONES "[daemon]\n") + 800)
		buf_addc(text, 'x');
	config = good(*state, text->data);
	assert_int_equal(strlen(config->daemon.state_dir), 800 - strlen("state_dir = "));
}

static void all_errors_are_told_at_once(void **state)
{
	const char *errors = bad(*state, "realm = x\n"
					 "[deamon]\n"
					 "threads = 1\n"
					 "[daemon]\n"
					 "treads = 3\n"
					 "threads = 65\n"
					 "log_level = loud\n"
					 "port = 1\n"
					 "quux = 1\n"
					 "state_dir =\n"
					 "log_format = journal\n"
					 "log_format = logfmt\n"
					 "[listener a]\n"
					 "port = 70000\n"
					 "[listener b]\n"
					 "serves = phones\n"
					 "[daemon]\n"
					 "workers = 2\n"
					 "[listener b]\n"
					 "[listener c]\n"
					 "serves = rpc\n");

	assert_string_equal(
		errors,
		INI ":1: \"realm\" stands before the first section\n" INI
		    ":2: [deamon]: unknown section; did you mean [daemon]?\n" INI
		    ":5: [daemon] treads: unknown key; did you mean threads?\n" INI
		    ":6: [daemon] threads: \"65\" is out of range, expected a number from 1 to "
		    "64\n" INI ":7: [daemon] log_level: \"loud\" is not a choice, expected error, "
		    "warn, info or debug\n" INI
		    ":8: [daemon] port: unknown key here, expected in [listener NAME]\n" INI
		    ":9: [daemon]: unknown key \"quux\"\n" INI
		    ":10: [daemon] state_dir: the value is empty, expected an absolute path, or "
		    "one relative to the ini file\n" INI
		    ":12: [daemon] log_format: given twice, first in line 11, expected once\n" INI
		    ":13: [listener a] serves: missing, expected phones, rpc, api, metrics, wpi, "
		    "separated by blanks\n" INI ":14: [listener a] port: \"70000\" is out of "
		    "range, expected a number from 0 to 65535\n" INI
		    ":17: [daemon]: given twice, first in line 4, expected one section\n" INI
		    ":19: [listener b]: given twice, first in line 15, expected a name of its "
		    "own\n" INI ":20: [listener c] port: 8080 of 127.0.0.1 is taken by [listener "
		    "b] in line 15, expected another\n");
}

struct refusal {
	const char *text;  /* the second section of a file, after PHONES */
	const char *error; /* behind INI ":" */
};

static void refuse(void *mem, const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(bad(mem, mem_printf(mem, PHONES "%s\n", refusals[i].text)),
				    mem_printf(mem, INI ":%s\n", refusals[i].error));
}

static void sections_are_checked(void **state)
{
	static const struct refusal refusals[] = {
		{"[nothing]\na = b", "3: unknown section \"nothing\", expected one of [daemon], "
				     "[listener NAME], [redirect], [provisioning], [firmware], "
				     "[sip], [wpi], [upstream NAME], [schedule NAME], [limits]"},
		{"[Daemon]", "3: [Daemon]: unknown section; did you mean [daemon]?"},
		{"[]", "3: unknown section \"\", expected one of [daemon], [listener NAME], "
		       "[redirect], [provisioning], [firmware], [sip], [wpi], [upstream NAME], "
		       "[schedule NAME], "
		       "[limits]"},
		{"[daemon main]", "3: [daemon]: the section takes no name, found \"main\""},
		{"[listener]", "3: [listener]: \"\" is not a name, expected [listener NAME] with 1 "
			       "to 32 letters, digits, dots, - or _"},
		{"[listener a b]", "3: [listener]: \"a b\" is not a name, expected [listener NAME] "
				   "with 1 to 32 letters, digits, dots, - or _"},
		{"[daemon", "3: \"[daemon\" has no ], expected [section]"},
		{"[daemon] # x", "3: text behind [daemon], expected nothing there"},
	};

	refuse(*state, refusals, COUNT_OF(refusals));
}

static void lines_are_checked(void **state)
{
	static const struct refusal refusals[] = {
		{"[daemon]\nthreads", "4: \"threads\" has no =, expected [section], key = value or "
				      "# comment"},
		{"[daemon]\n= 3", "4: \"= 3\" has no key, expected key = value"},
		{"[provisioning]\npaths = /a/%MACD\n  /b/%MACD",
		 "5: \"/b/%MACD\" goes on from the line before, expected a value in one line"},
		{"[provisioning]\nopen_networks = 10.0.0.0/8\n  2001:db8::/32",
		 "5: [provisioning]: unknown key \"2001\"; a value does not go on in the next "
		 "line"},
		{"[provisioning]\nrealm = a \\", "4: ends in a backslash, expected a value in one "
						 "line"},
		{"# \xff", "3: byte 3: not valid UTF-8, expected UTF-8 text"},
		{"# \xed\xa0\x80", "3: byte 3: not valid UTF-8, expected UTF-8 text"},
		{"# \x01", "3: byte 3: holds a character that XML 1.0 does not allow, expected "
			   "UTF-8 text"},
		{"# a\rb", "3: holds a control character, expected UTF-8 text"},
		{"# \xc2\x9b", "3: holds a control character, expected UTF-8 text"},
	};

	refuse(*state, refusals, COUNT_OF(refusals));
}

static void values_are_checked(void **state)
{
#define DATABASE "4: [daemon] database: "
#define SOCKET "4: [daemon] control_socket: "
#define PATTERN "4: [provisioning] paths: "
#define PATTERN_IS                                                                                 \
	", expected paths that begin with / and hold %MACD or %MACC once, separated by blanks"
#define NETWORK_IS ", expected networks such as 10.0.0.0/8, separated by blanks"
#define GUARD_IS ", expected a percentage and a count, such as 20% 10"
#define BYTES_IS ", expected a number of bytes from 1K to 2G, such as 4096, 16K or 8M"
#define PATH_IS ", expected an absolute path, or one relative to the ini file"
	static const struct refusal refusals[] = {
		{"[daemon]\nthreads = two",
		 "4: [daemon] threads: \"two\" is not a whole number, expected a number from 1 to "
		 "64"},
		{"[daemon]\nthreads = -1",
		 "4: [daemon] threads: \"-1\" is not a whole number, expected a number from 1 to "
		 "64"},
		{"[redirect]\nrequire_mac_id = true",
		 "4: [redirect] require_mac_id: \"true\" is not a choice, expected no or yes"},
		{"[daemon]\ndatabase = postgresql://x/y",
		 DATABASE "\"postgresql://x/y\" names no database, expected sqlite:PATH"},
		{"[daemon]\ndatabase = sqlite:",
		 DATABASE "the path is empty, expected sqlite:PATH"},
		{"[daemon]\ndatabase = sqlite::memory:",
		 DATABASE "a database in memory keeps nothing, expected sqlite:PATH"},
		{"[daemon]\nstate_dir = /a # here", "4: [daemon] state_dir: \"/a # here\" holds a "
						    "comment, and comments stand on lines "
						    "of their own" PATH_IS},
		{"[daemon]\nstate_dir = /a\t; here", "4: [daemon] state_dir: \"/a ; here\" holds a "
						     "comment, and comments stand on lines "
						     "of their own" PATH_IS},
		{"[daemon]\nstate_dir = \"/a\"",
		 "4: [daemon] state_dir: \"\"/a\"\" is in quotes, and they are not taken "
		 "off" PATH_IS},
		{"[daemon]\ncontrol_socket = "
		 "/23456789/123456789/123456789/123456789/123456789/123456789/123456789/123456789/"
		 "123456789/123456789/12345678",
		 SOCKET "the path has 108 bytes, and 107 is the most, expected a path of at most "
			"107 bytes"},
		{"[provisioning]\nrealm = a:b",
		 "4: [provisioning] realm: \"a:b\" holds another character, expected 1 to 64 "
		 "printable ASCII characters without quotes, colons or backslashes"},
		{"[provisioning]\nopen_networks = 10.0.0.1/8",
		 "4: [provisioning] open_networks: \"10.0.0.1/8\" is not a network whose bits "
		 "beyond the prefix are zero" NETWORK_IS},
		{"[provisioning]\npaths = x/%MACD",
		 PATTERN "\"x/%MACD\" does not begin with /" PATTERN_IS},
		{"[provisioning]\npaths = /x", PATTERN "\"/x\" holds no MAC" PATTERN_IS},
		{"[provisioning]\npaths = /%MACD/%MACC",
		 PATTERN "\"/%MACD/%MACC\" holds two MACs" PATTERN_IS},
		{"[provisioning]\npaths = /%MACD/%41",
		 PATTERN "\"/%MACD/%41\" holds another placeholder" PATTERN_IS},
		{"[provisioning]\npaths = /x?%MACD",
		 PATTERN "\"/x?%MACD\" holds a character that paths do not have" PATTERN_IS},
		{"[provisioning]\npaths = /../%MACD",
		 PATTERN "\"/../%MACD\" holds //, /./ or /../" PATTERN_IS},
		{"[provisioning]\npaths = /%MACD /%MACD",
		 PATTERN "\"/%MACD\" is there twice" PATTERN_IS},
		{"[provisioning]\nshrink_guard = 20%",
		 "4: [provisioning] shrink_guard: \"20%\" is not two words" GUARD_IS},
		{"[provisioning]\nshrink_guard = 20 10",
		 "4: [provisioning] shrink_guard: \"20\" is not a percentage" GUARD_IS},
		{"[provisioning]\nshrink_guard = 101% 10",
		 "4: [provisioning] shrink_guard: \"101%\" is not a percentage" GUARD_IS},
		{"[provisioning]\nshrink_guard = 20% x",
		 "4: [provisioning] shrink_guard: \"x\" is not a count" GUARD_IS},
		{"[limits]\nmax_body = 1T",
		 "4: [limits] max_body: \"1T\" is not a number of bytes" BYTES_IS},
		{"[limits]\nmax_body = 1MB",
		 "4: [limits] max_body: \"1MB\" is not a number of bytes" BYTES_IS},
		{"[limits]\nmax_body = 3G",
		 "4: [limits] max_body: \"3G\" is out of range" BYTES_IS},
		{"[limits]\nmax_body = 1023",
		 "4: [limits] max_body: \"1023\" is out of range" BYTES_IS},
		{"[listener b]\nport = 1\nserves = phones portal",
		 "5: [listener b] serves: \"portal\" is not a choice, expected phones, rpc, api, "
		 "metrics, wpi, separated by blanks"},
		{"[listener b]\nport = 1\nserves = rpc rpc",
		 "5: [listener b] serves: \"rpc\" is there twice, expected phones, rpc, api, "
		 "metrics, wpi, separated by blanks"},
		{"[listener b]\naddress = localhost\nserves = rpc",
		 "4: [listener b] address: \"localhost\" is not an address, expected an IPv4 or "
		 "IPv6 address"},
	};

	refuse(*state, refusals, COUNT_OF(refusals));
}

static void two_listeners_need_two_ports(void **state)
{
	static const struct refusal refusals[] = {
		{"[listener b]\nserves = rpc\nport = 8080",
		 "5: [listener b] port: 8080 of 127.0.0.1 is taken by [listener phones] in line 1, "
		 "expected another"},
		{"[listener b]\nserves = rpc\naddress = 0.0.0.0",
		 "3: [listener b] port: 8080 of 0.0.0.0 is taken by [listener phones] in line 1, "
		 "expected another"},
	};

	refuse(*state, refusals, COUNT_OF(refusals));
	good(*state, PHONES "[listener b]\naddress = 127.0.0.2\nserves = rpc\n"
			    "[listener c]\naddress = ::1\nserves = rpc\n"
			    "[listener d]\nport = 0\nserves = rpc\n"
			    "[listener e]\nport = 0\nserves = rpc\n");
}

static void a_file_without_a_listener_is_refused(void **state)
{
	assert_string_equal(bad(*state, "[daemon]\n"),
			    INI ": [listener NAME]: there is none, expected at least one\n");
	assert_string_equal(bad(*state, ""),
			    INI ": [listener NAME]: there is none, expected at least one\n");
}

static void tls_needs_both_files(void **state)
{
	char dir[] = "/tmp/config_read_test.XXXXXX";
	const char *file;
	const char *pair;
	struct config *config;

	assert_non_null(mkdtemp(dir));
	file = mem_printf(*state, "%s/cert.pem", dir);
	fclose(fopen(file, "w"));
	assert_string_equal(
		bad(*state, mem_printf(*state, PHONES "tls_cert = %s\n", file)),
		INI ":3: [listener phones] tls_cert: given without tls_key, expected both or "
		    "neither\n");
	assert_string_equal(
		bad(*state, mem_printf(*state, PHONES "tls_cert =\ntls_key = %s\n", file)),
		INI ":4: [listener phones] tls_key: given without tls_cert, expected both or "
		    "neither\n");
	pair = mem_printf(*state, PHONES "tls_cert = %s\ntls_key = %s\n", file, file);
	config = good(*state, pair);
	assert_string_equal(config->listeners[0].tls_key, file);
	unlink(file);
	assert_string_equal(
		bad(*state, pair),
		mem_printf(*state,
			   INI ":3: [listener phones] tls_cert: \"%s\": No such file or directory, "
			       "expected a file that can be read, or own\n" INI
			       ":4: [listener phones] tls_key: \"%s\": No such file or directory, "
			       "expected a file that can be read\n",
			   file, file));
	rmdir(dir);
	assert_string_equal(bad(*state, PHONES "tls_cert = /\ntls_key = /\n"),
			    INI ":3: [listener phones] tls_cert: \"/\" is not a regular file, "
				"expected a file that can be read, or own\n" INI
				":4: [listener phones] tls_key: \"/\" is not a regular file, "
				"expected a file that can be read\n");
}

static void a_file_is_read_from_disk(void **state)
{
	char dir[] = "/tmp/config_read_test.XXXXXX";
	struct buf *errors = buf_new(*state);
	struct config *config = NULL;
	const char *file;
	FILE *out;

	assert_non_null(mkdtemp(dir));
	file = mem_printf(*state, "%s/a.ini", dir);
	out = fopen(file, "w");
	fputs(PHONES "[daemon]\nstate_dir = state\n", out);
	fclose(out);
	assert_int_equal(config_read(*state, file, &config, errors), 0);
	assert_string_equal(config->file, file);
	assert_string_equal(config->daemon.state_dir, mem_printf(*state, "%s/state", dir));

	/* Named as seen from another directory, it is the same file. */
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(config_read(*state, "a.ini", &config, errors), 0);
	assert_string_equal(config->file, file);
	assert_string_equal(config->daemon.state_dir, mem_printf(*state, "%s/state", dir));
	assert_string_equal(errors->data, "");

	unlink(file);
	assert_int_equal(config_read(*state, "a.ini", &config, errors), -E_CONFIG);
	assert_string_equal(errors->data, "a.ini: cannot be read: No such file or directory\n");
	buf_cut(errors, 0);
	assert_int_equal(config_read(*state, dir, &config, errors), -E_CONFIG);
	assert_string_equal(errors->data,
			    mem_printf(*state, "%s: cannot be read: Is a directory\n", dir));
	buf_cut(errors, 0);
	assert_int_equal(config_read(*state, "/dev/zero", &config, errors), -E_CONFIG);
	assert_string_equal(errors->data, "/dev/zero: cannot be read: it has more than 4 MiB\n");
	assert_int_equal(chdir("/"), 0);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_is_all_that_a_file_needs),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(relative_paths_are_below_the_files_directory),
		cmocka_unit_test(blanks_bom_crlf_and_comments_are_fine),
		cmocka_unit_test(a_hash_or_semicolon_within_a_word_is_part_of_it),
		cmocka_unit_test(a_long_line_is_read_whole),
		cmocka_unit_test(a_value_too_long_to_be_printed_is_refused),
		cmocka_unit_test(all_errors_are_told_at_once),
		cmocka_unit_test(sections_are_checked),
		cmocka_unit_test(lines_are_checked),
		cmocka_unit_test(values_are_checked),
		cmocka_unit_test(two_listeners_need_two_ports),
		cmocka_unit_test(a_file_without_a_listener_is_refused),
		cmocka_unit_test(tls_needs_both_files),
		cmocka_unit_test(a_file_is_read_from_disk),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
