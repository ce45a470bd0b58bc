/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/net.h"

static void an_address_is_taken_from_a_socket(void **state)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(5060)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(8080)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct net_address address;
	char text[NET_TEXT_MAX];

	(void)state;
	in.sin_addr.s_addr = htonl(0xc0000201);
	net_address_from((struct sockaddr *)&in, &address);
	assert_int_equal(address.len, 4);
	assert_int_equal(address.port, 5060);
	net_address_text(&address, text);
	assert_string_equal(text, "192.0.2.1");

	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr), 1);
	net_address_from((struct sockaddr *)&in6, &address);
	assert_int_equal(address.len, 16);
	assert_int_equal(address.port, 8080);
	net_address_text(&address, text);
	assert_string_equal(text, "2001:db8::1");

	net_address_from((struct sockaddr *)&un, &address);
	assert_int_equal(address.len, 0);
	net_address_text(&address, text);
	assert_string_equal(text, "unix");
}

static void a_mapped_address_is_the_ipv4_address(void **state)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
	struct net_address mapped, plain;
	char text[NET_TEXT_MAX];

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1", &in6.sin6_addr), 1);
	net_address_from((struct sockaddr *)&in6, &mapped);
	assert_int_equal(mapped.len, 4);
	assert_int_equal(mapped.port, 80);
	net_address_text(&mapped, text);
	assert_string_equal(text, "192.0.2.1");
	assert_true(net_address_parse("::ffff:192.0.2.1", &mapped));
	assert_true(net_address_parse("192.0.2.1", &plain));
	assert_memory_equal(mapped.bytes, plain.bytes, sizeof(plain.bytes));
	assert_int_equal(mapped.len, plain.len);
}

static void addresses_are_parsed_strictly(void **state)
{
	static const char *const wrong[] = {
		"",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1 ",
		" 192.0.2.1",
		"192.0.2.1.1",
		"192.0.2.01.1",
		"192.0.2.1/32",
		"localhost",
		"[::1]",
		":::",
		"2001:db8::g",
		"1:2:3:4:5:6:7",
		"fe80::1%lo",
		"0x7f.0.0.1",
		"2130706433",
		"127.1",
		"1:2:3:4:5:6:7:8:9",
	};
	struct net_address address;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (net_address_parse(wrong[i], &address))
			fail_msg("'%s' was read", wrong[i]);
}

static void loopback_is_recognised(void **state)
{
	static const struct {
		const char *text;
		bool loopback;
	} rows[] = {
		{"127.0.0.1", true},
		{"127.255.255.254", true},
		{"::1", true},
		{"::2", false},
		{"::ffff:127.0.0.1", true},
		{"126.0.0.1", false},
		{"128.0.0.1", false},
		{"::", false},
		{"0.0.0.0", false},
		{"1::1", false},
		{"::ffff:192.0.2.1", false},
	};
	struct net_address unix_socket = {.len = 0};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct net_address address;

		assert_true(net_address_parse(rows[i].text, &address));
		if (net_address_is_loopback(&address) != rows[i].loopback)
			fail_msg("%s", rows[i].text);
	}
	assert_false(net_address_is_loopback(&unix_socket));
}

static void an_address_is_the_same_whatever_its_port(void **state)
{
	struct net_address a, b, longer, unix_socket = {0};

	(void)state;
	assert_true(net_address_parse("192.0.2.1", &a));
	assert_true(net_address_parse("::ffff:192.0.2.1", &b));
	assert_true(net_address_parse("c000:201::", &longer));
	b.port = 5060;
	assert_true(net_address_is_same(&a, &b));
	/* It begins with the same four bytes. */
	assert_false(net_address_is_same(&a, &longer));
	assert_false(net_address_is_same(&a, &unix_socket));
	b.bytes[3]++;
	assert_false(net_address_is_same(&a, &b));
}

static void a_prefix_contains_its_addresses_only(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.0.0.0/8", "9.255.255.255", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.128/25", "192.0.2.255", true},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.4/30", "192.0.2.7", true},
		{"192.0.2.4/30", "192.0.2.8", false},
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.0", false},
		{"192.0.2.1/32", "::ffff:192.0.2.1", true},
		{"0.0.0.0/0", "255.255.255.255", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "192.0.2.1", false},
		{"2001:db8::/32", "2001:db8:ffff::1", true},
		{"2001:db8::/32", "2001:db9::1", false},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"2001:db8::1", "2001:db8::1", true},
		{"2001:db8::1/128", "2001:db8::2", false},
		{"fe80::/10", "febf::1", true},
		{"fe80::/10", "fec0::1", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct net_prefix prefix;
		struct net_address address;

		assert_true(net_prefix_parse(rows[i].prefix, &prefix));
		assert_true(net_address_parse(rows[i].address, &address));
		if (net_prefix_contains(&prefix, 1, &address) != rows[i].inside)
			fail_msg("%s in %s", rows[i].address, rows[i].prefix);
	}
}

static void any_of_several_prefixes_will_do(void **state)
{
	struct net_prefix prefixes[2];
	struct net_address address, unix_socket = {.len = 0};

	(void)state;
	assert_true(net_prefix_parse("10.0.0.0/8", &prefixes[0]));
	assert_true(net_prefix_parse("0.0.0.0/0", &prefixes[1]));
	assert_true(net_address_parse("192.0.2.1", &address));
	assert_false(net_prefix_contains(NULL, 0, &address));
	assert_false(net_prefix_contains(prefixes, 1, &address));
	assert_true(net_prefix_contains(prefixes, 2, &address));
	assert_false(net_prefix_contains(prefixes, 2, &unix_socket));
}

static void prefixes_are_parsed_strictly(void **state)
{
	static const char *const wrong[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/ 8",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"10.0.0.0/0x8",
		"10.0.0.1/8",
		"10.128.0.0/8",
		"192.0.2.129/25",
		"192.0.2.64/25",
		"2001:db8::1/64",
		"::/129",
		"::ffff:10.0.0.0/104",
		"10.0.0.0/255.0.0.0",
		"10/8",
		"1111:2222:3333:4444:5555:6666:7777:8888:1111:2222:3333:4444:5555:6666:7777:8888/8",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct net_prefix prefix;

		if (net_prefix_parse(wrong[i], &prefix))
			fail_msg("'%s' was read", wrong[i]);
	}
}

static void a_host_is_a_name_or_an_address(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"pbx", true},
		{"pbx.example", true},
		{"192.0.2.1", true},
		{"2001:db8::1", true},
		{"::", true},
		{"3com.example", true},
		{"_sip.my-pbx.x", true},
		{"xn--kche-0ra", true},
		{"", false},
		{".", false},
		{"pbx.", false},
		{".pbx", false},
		{"a..b", false},
		{"-a", false},
		{"a-", false},
		{"a.-b", false},
		{":::", false},
		{"1.2.3", false},
		{"999.1.1.1", false},
		{"17", false},
		{"a b", false},
		{"[::1]", false},
		{"pbx:5060", false},
		{"k\xc3\xbc.example", false},
		{"a%b", false},
		{"a/b", false},
	};
	char label[70] = "";
	char name[300] = "";

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (net_host_is_good(rows[i].text) != rows[i].good)
			fail_msg("'%s'", rows[i].text);
	memset(label, 'a', 63);
	assert_true(net_host_is_good(label));
	label[63] = 'a';
	assert_false(net_host_is_good(label));
	for (size_t i = 0; i < 252; i += 2)
		memcpy(name + i, "a.", 3);
	name[252] = 'a';
	assert_true(net_host_is_good(name));
	name[253] = 'a';
	assert_false(net_host_is_good(name));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_taken_from_a_socket),
		cmocka_unit_test(a_mapped_address_is_the_ipv4_address),
		cmocka_unit_test(addresses_are_parsed_strictly),
		cmocka_unit_test(loopback_is_recognised),
		cmocka_unit_test(an_address_is_the_same_whatever_its_port),
		cmocka_unit_test(a_prefix_contains_its_addresses_only),
		cmocka_unit_test(any_of_several_prefixes_will_do),
		cmocka_unit_test(prefixes_are_parsed_strictly),
		cmocka_unit_test(a_host_is_a_name_or_an_address),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
