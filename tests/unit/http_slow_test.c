/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/net.h"
#include "http/auth_slow.h"

enum { NOW = 1000000, TRIES = 3, SECONDS_MAX = 10 };

static struct net_address address_of(const char *text)
{
	struct net_address address = {0};

	assert_true(net_address_parse(text, &address));
	return address;
}

static void guess(const char *name, const char *address, int64_t at)
{
	struct net_address a = address_of(address);

	slow_failed(name, &a, at, TRIES, SECONDS_MAX);
}

static unsigned left(const char *name, const char *address, int64_t at)
{
	struct net_address a = address_of(address);

	return slow_left(name, &a, at);
}

static void each_wrong_password_beyond_the_free_ones_doubles_the_pause(void **state)
{
	static const unsigned pauses[] = {0, 0, 1, 2, 4, 8, 10, 10};
	int64_t at = NOW;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pauses); i++) {
		guess("doubling", "192.0.2.1", at);
		assert_int_equal(left("doubling", "192.0.2.1", at), pauses[i]);
		at += pauses[i];
		assert_int_equal(left("doubling", "192.0.2.1", at), 0);
	}
}

static void others_are_not_slowed(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		guess("acme", "192.0.2.1", NOW);
	assert_true(left("acme", "192.0.2.1", NOW) > 0);
	assert_int_equal(left("acme", "192.0.2.2", NOW), 0);
	assert_int_equal(left("acm", "192.0.2.1", NOW), 0);
}

static void a_right_password_ends_it(void **state)
{
	struct net_address a = address_of("192.0.2.3");

	(void)state;
	for (int i = 0; i < 5; i++)
		guess("acme", "192.0.2.3", NOW);
	slow_worked("acme", &a);
	assert_int_equal(left("acme", "192.0.2.3", NOW), 0);
	guess("acme", "192.0.2.3", NOW);
	assert_int_equal(left("acme", "192.0.2.3", NOW), 0);
}

static void a_flood_of_names_does_not_free_a_guesser(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < 8; i++)
		guess("admin", "192.0.2.4", NOW);
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "name %d", i);
		guess(name, "192.0.2.4", NOW);
	}
	assert_true(left("admin", "192.0.2.4", NOW) > 0);
}

static void what_was_long_ago_is_forgotten(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		guess("old", "192.0.2.5", NOW);
	guess("old", "192.0.2.5", NOW + 4000);
	assert_int_equal(left("old", "192.0.2.5", NOW + 4000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wrong_password_beyond_the_free_ones_doubles_the_pause),
		cmocka_unit_test(others_are_not_slowed),
		cmocka_unit_test(a_right_password_ends_it),
		cmocka_unit_test(a_flood_of_names_does_not_free_a_guesser),
		cmocka_unit_test(what_was_long_ago_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
