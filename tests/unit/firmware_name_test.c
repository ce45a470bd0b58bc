/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "fleet/firmware_host.h"
#include "fleet/firmware_name.h"

static void a_name_tells_the_version_behind_its_v(void **state)
{
	static const struct {
		const char *name;
		const char *version;
	} rows[] = {
		{"Gigaset-Nx70-V2.65.0-build.8504c90.bin", "2.65.0"},
		{"einstein-albert-V2.17.2+build.b14e3f1.update.bin", "2.17.2"},
		{"N870-V2.20.0.update.bin", "2.20.0"},
		{"N870-v2.20.bin", "2.20"},
		{"V1.2", "1.2"},
		{"n870_V2.1.bin", "2.1"},
		/* The number is that of a family of devices, and no version. */
		{"merkur200_42.bin", NULL},
		{"NAV2.1.bin", NULL},
		{"V.bin", NULL},
		{"firmware.bin", NULL},
		{"V2", NULL},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *version = firmware_name_version(*state, rows[i].name);

		if (rows[i].version)
			assert_string_equal(version, rows[i].version);
		else
			assert_null(version);
	}
}

static void a_name_tells_the_product_at_its_start(void **state)
{
	(void)state;
	assert_string_equal(firmware_name_product("N870-V2.20.0.update.bin"), "n870");
	assert_string_equal(firmware_name_product("n870e_V2.bin"), "n870e");
	assert_string_equal(firmware_name_product("N610.bin"), "n610");
	assert_null(firmware_name_product("N87-V2.20.0.bin"));
	assert_null(firmware_name_product("N8700-V2.20.0.bin"));
	assert_null(firmware_name_product("Gigaset-Nx70-V2.65.0.bin"));
	assert_null(firmware_name_product("n870"));
}

static void a_name_is_one_part_of_a_path(void **state)
{
	static const char *const good[] = {"a", "einstein-albert-V2.17.2+build.b14e3f1.update.bin",
					   "a(1)~b.bin", "a.b.c"};
	static const char *const bad[] = {"",	  ".",	 ".a",	 "..",	 "a..b",    "a/b",
					  "a\\b", "a b", "a\tb", "a\nb", "\xc3\xa4"};
	char longest[FIRMWARE_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(firmware_name_check(good[i], NULL), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(firmware_name_check(bad[i], NULL), -E_FIRMWARE_NAME);
	memset(longest, 'x', sizeof(longest));
	longest[FIRMWARE_NAME_MAX + 1] = '\0';
	assert_int_equal(firmware_name_check(longest, NULL), -E_FIRMWARE_NAME);
	longest[FIRMWARE_NAME_MAX] = '\0';
	assert_int_equal(firmware_name_check(longest, NULL), 0);
}

static void a_plus_stays_a_plus_in_a_link(void **state)
{
	struct buf *buf = buf_new(*state);

	firmware_name_encode(buf, "a+b%c?d#e&f'g\"h<i.bin");
	assert_string_equal(buf->data, "a+b%25c%3Fd%23e%26f%27g%22h%3Ci.bin");
}

static void only_hosts_that_are_listed_are_asked(void **state)
{
	static const char *hosts[] = {"fw.example.net", "private:10.0.0.1:8080",
				      "private:[::1]:80"};
	static const struct {
		const char *url;
		int r;
		bool is_private;
	} rows[] = {
		{"http://fw.example.net/a.bin", 0, false},
		{"https://FW.example.net:443/a.bin", 0, false},
		{"http://10.0.0.1:8080/a", 0, true},
		{"http://[::1]/a", 0, true},
		{"http://10.0.0.1/a", -E_MIRROR_HOST, false},
		{"http://fw.example.net:8080/a", -E_MIRROR_HOST, false},
		{"http://fw.example.net.evil.org/a", -E_MIRROR_HOST, false},
		{"http://fw.example.net@evil.org/a", -E_MIRROR_HOST, false},
		{"http://user@fw.example.net/a", -E_MIRROR_HOST, false},
		{"ftp://fw.example.net/a", -E_MIRROR_HOST, false},
		{"file:///etc/passwd", -E_MIRROR_HOST, false},
		{"fw.example.net/a", -E_MIRROR_HOST, false},
		{"", -E_MIRROR_HOST, false},
	};
	struct config config = {.firmware.mirror_hosts = {hosts, COUNT_OF(hosts)}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool is_private = false;

		assert_int_equal(firmware_host_check(&config, rows[i].url, &is_private, NULL),
				 rows[i].r);
		assert_int_equal(is_private, rows[i].is_private);
	}
	config.firmware.mirror_hosts.count = 0;
	assert_int_equal(firmware_host_check(&config, rows[0].url, NULL, NULL), -E_MIRROR_HOST);
}

static void a_host_is_the_same_by_scheme_name_and_port(void **state)
{
	(void)state;
	assert_true(firmware_host_same("http://a.example/x", "http://A.example:80/y"));
	assert_false(firmware_host_same("http://a.example/x", "https://a.example/x"));
	assert_false(firmware_host_same("http://a.example/x", "http://b.example/x"));
	assert_false(firmware_host_same("http://a.example/x", "http://a.example:81/x"));
	assert_false(firmware_host_same("http://a.example/x", "http://u@a.example/x"));
	assert_false(firmware_host_same("http://a.example/x", "file:///x"));
}

static void addresses_inside_are_known(void **state)
{
	static const char *const inside[] = {"127.0.0.1",
					     "10.1.2.3",
					     "172.31.0.1",
					     "192.168.1.1",
					     "169.254.169.254",
					     "0.0.0.0",
					     "100.64.0.1",
					     "::1",
					     "::",
					     "::ffff:127.0.0.1",
					     "fe80::1",
					     "fd00::1",
					     "224.0.0.1",
					     "255.255.255.255",
					     "ff02::1"};
	static const char *const outside[] = {"1.1.1.1", "172.32.0.1", "192.0.2.1", "2001:4860::1",
					      "::ffff:1.1.1.1"};
	struct net_address address;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(inside); i++) {
		assert_true(net_address_parse(inside[i], &address));
		assert_true(firmware_host_is_inside(&address));
	}
	for (size_t i = 0; i < COUNT_OF(outside); i++) {
		assert_true(net_address_parse(outside[i], &address));
		assert_false(firmware_host_is_inside(&address));
	}
}

static int begin(void **state)
{
	*state = mem_root("test");
	return 0;
}

static int end(void **state)
{
	mem_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_tells_the_version_behind_its_v),
		cmocka_unit_test(a_name_tells_the_product_at_its_start),
		cmocka_unit_test(a_name_is_one_part_of_a_path),
		cmocka_unit_test(a_plus_stays_a_plus_in_a_link),
		cmocka_unit_test(only_hosts_that_are_listed_are_asked),
		cmocka_unit_test(a_host_is_the_same_by_scheme_name_and_port),
		cmocka_unit_test(addresses_inside_are_known),
	};

	return cmocka_run_group_tests_name("firmware_name", tests, begin, end);
}
