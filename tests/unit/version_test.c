/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"
#include "fleet/version.h"

/* Oldest first; those in one row are the same. */
static const char *const rows[][5] = {
	{NULL, "", "none", "Vienna", "Gigaset-Nx70"},
	{"0", "V0", "0.0.0"},
	{"2.9", "83.V2.9.0"},
	{"2.17.2", "einstein-albert-V2.17.2+build.b14e3f1.update.bin"},
	{"2.35.99", "83.V2.35.99-build.1"},
	{"2.36", "2.36.0", "83.V2.36.0+build.5f0a106", "v2.36"},
	{"2.43.0", "83.V2.43.0+build.5f0a106", "V2.43.0+build.c0ed5a2"},
	{"2.64.0", "V2.64", "83.V2.64.0-build.8504c90"},
	{"83.V2.64.0-160-g758db0bf", "2.64.0-160-g1"},
	{"2.64.0-161-g758db0bf"},
	{"2.65.0", "Gigaset-Nx70-V2.65.0-build.8504c90.bin"},
	{"42.258.00.000.000", "42.258"},
	{"42.262.00.000.000"},
	{"70.089.00.000.000"},
	{"4294967296.1", "99999999999999999999999999.1"},
};

static void versions_compare_by_their_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (size_t j = 0; j < COUNT_OF(rows); j++) {
			for (size_t n = 0; n < 25; n++) {
				const char *a = rows[i][n / 5], *b = rows[j][n % 5];
				int want = i < j ? -1 : i > j;

				if ((!a && n / 5) || (!b && n % 5))
					continue;
				if (version_compare(a, b) != want)
					fail_msg("%s against %s", a ? a : "NULL", b ? b : "NULL");
			}
		}
	}
}

static void what_has_no_version_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++)
		assert_false(version_is(rows[0][i]));
	assert_true(version_is("V2"));
	assert_true(version_is("0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_compare_by_their_numbers),
		cmocka_unit_test(what_has_no_version_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
