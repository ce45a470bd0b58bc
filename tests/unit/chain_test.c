/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "redirect/chain.h"

#define PROFILE "http://%DURL/%MACD.xml"

/* The NUL that ends the literal is the one that ends the last URL. */
#define EXPECT(out, bytes)                                                                         \
	do {                                                                                       \
		assert_int_equal((out)->len, sizeof(bytes));                                       \
		assert_memory_equal((out)->data, bytes, sizeof(bytes));                            \
	} while (0)

static struct buf *node(void *mem, const char *name, const char *code)
{
	struct buf *out = buf_new(mem);

	assert_true(chain_node(out, name, code, PROFILE));
	return out;
}

static void master_bin_is_as_other_servers_have_it(void **state)
{
	struct buf *out = buf_new(*state);

	chain_master(out);
	EXPECT(out, "\x03\x1a\x03\x18../../sifs/sifsroot.bin\0"
		    "\x05\x0a\x03\x08webuil/\0"
		    "\x05\x07\x03\x05sht/");
}

static void siu_444_bin_is_as_other_servers_have_it(void **state)
{
	EXPECT(node(*state, "siu_444.bin", "444"), "\x00\x19\x03\x17http://%DURL/%MACD.xml");
}

static void nodes_lead_from_digit_to_digit(void **state)
{
	EXPECT(node(*state, "sifsroot.bin", "123"), "\x04\x0e\x03\x0csih_1xx.bin");
	EXPECT(node(*state, "sih_1xx.bin", "123"), "\x04\x0e\x03\x0csit_12x.bin");
	EXPECT(node(*state, "sit_12x.bin", "123"), "\x04\x0e\x03\x0csiu_123.bin");
}

static void there_are_no_other_files(void **state)
{
	static const char *const names[] = {
		"",	      "sih_4xx.bin", "sit_44x.bin", "siu_444.bin",
		"siu_12.bin", "SIU_123.BIN", "master.bin"};
	struct buf *out = buf_new(*state);

	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_false(chain_node(out, names[i], "123", PROFILE));
	assert_int_equal(out->len, 0);
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(master_bin_is_as_other_servers_have_it),
		cmocka_unit_test(siu_444_bin_is_as_other_servers_have_it),
		cmocka_unit_test(nodes_lead_from_digit_to_digit),
		cmocka_unit_test(there_are_no_other_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
