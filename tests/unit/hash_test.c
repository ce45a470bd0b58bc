/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/macros.h"

/* Of the test suite that is published with FNV. */
static void hashes_are_those_of_fnv_1a(void **state)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} rows[] = {
		{"", 0xcbf29ce484222325},
		{"a", 0xaf63dc4c8601ec8c},
		{"foobar", 0x85944171f73967e8},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_true(hash_text(rows[i].text) == rows[i].hash);
	assert_true(hash_bytes("foobar\0", 6) == rows[2].hash);
	assert_true(hash_bytes("foobar\0", 7) != rows[2].hash);
	assert_true(hash_bytes("\xff", 1) == 0xaf64724c8602eb6e);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_fnv_1a),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
