/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fleet/import.h"

static int setup(void **state)
{
	*state = mem_root("import");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

/* "handsets: 7C2F80E0D605|3|029e74a599 …; 4!words" */
static const char *read_text(void *mem, const char *text, enum import_kind kind, size_t rows_max)
{
	struct import_table *table =
		import_table_read(mem, mem_strdup(mem, text), strlen(text), kind, rows_max);
	struct buf *out = buf_new(mem);
	char mac[MAC_LEN + 1];

	buf_adds(out, table->kind < IMPORT_KINDS ? import_kind_name(table->kind) : "?");
	for (size_t i = 0; i < table->count && !table->errors_found; i++) {
		const struct import_row *row = &table->rows[i];

		mac_format(row->mac, mac);
		buf_printf(out, "; %u %s %d '%s'", row->line, mac, row->slot, row->ipui);
		for (int c = CELL_NAME; c < CELLS; c++)
			if (row->cells[c] || row->keeps[c])
				buf_printf(out, " %s=%s", import_cell_name((enum import_cell)c),
					   row->keeps[c] ? "*" : row->cells[c]);
	}
	for (size_t i = 0; i < table->error_count; i++)
		buf_printf(out, "; %u!%s", table->errors[i].line, table->errors[i].text);
	return out->data;
}

#define READ(text) read_text(*state, text, IMPORT_KINDS, 100)

static void columns_come_in_any_order_and_tell_the_kind(void **state)
{
	assert_string_equal(READ("Product,MAC\nn870, 7c-2f-80-e0-d6-05 \n"),
			    "devices; 2 7C2F80E0D605 0 '' product=n870");
	assert_string_equal(READ("pin,name,ipui,slot,mac\n"
				 "9581,a b,029E74A599,7,7C2F80E0D605\n,,,8,7C2F80E0D605\n"),
			    "handsets; 2 7C2F80E0D605 7 '029e74a599' name=a b pin=9581; "
			    "3 7C2F80E0D605 8 '' name=");
	assert_string_equal(READ("mac,slot,user\n7C2F80E0D605,1,401\n"),
			    "lines; 2 7C2F80E0D605 1 '' user=401");
	assert_string_equal(
		read_text(*state, "mac,slot,user\n7C2F80E0D605,1,401\n", IMPORT_HANDSETS, 100),
		"handsets; 2 7C2F80E0D605 1 '' user=401");
}

static void a_secret_that_is_not_told_is_not_touched(void **state)
{
	assert_string_equal(READ("mac,secret,password,name\n7C2F80E0D605,,********,********\n"),
			    "devices; 2 7C2F80E0D605 0 '' name=******** password=*");
}

static void formulas_are_guarded_and_come_back_as_they_were(void **state)
{
	static const char *const plain[] = {"",	   "a",	  "'",	 "''", "'s-Gravenhage",
					    "a=b", "1+1", "a'=b"};
	static const char *const formulas[] = {"=1", "+49", "-1", "@x", "\tx", "\rx", "'=1", "''@"};
	char cell[16];

	for (size_t i = 0; i < COUNT_OF(plain); i++) {
		assert_ptr_equal(import_cell_guard(*state, plain[i]), plain[i]);
		strcpy(cell, plain[i]);
		assert_string_equal(import_cell_unguard(cell), plain[i]);
	}
	for (size_t i = 0; i < COUNT_OF(formulas); i++) {
		const char *guarded = import_cell_guard(*state, formulas[i]);

		assert_true(guarded[0] == '\'');
		strcpy(cell, guarded);
		assert_string_equal(import_cell_unguard(cell), formulas[i]);
	}
	/* Who writes a number by hand need not know of this. */
	strcpy(cell, "+49");
	assert_string_equal(import_cell_unguard(cell), "+49");
}

static void all_that_is_wrong_is_told_at_once_by_line(void **state)
{
	assert_string_equal(READ("mac,ipui\n7C2F80E0D605,1\n\nx,029e74a599\n7C2F80E0D605\n"),
			    "handsets; 2!an IPUI has 10 hex digits; 4!a MAC has 12 hex digits; "
			    "5!as many cells as in the header are expected, 2; there are 1");
	assert_string_equal(READ("mac,ipui\n7C2F80E0D606,029e74a599\n7C2F80E0D605,029E74A599\n"),
			    "handsets; 3!the IPUI stands in line 2 already");
	assert_string_equal(READ("mac,ipui\n7C2F80E0D606,029e74a599\n7C2F80E0D605,1\nx,029E74A598\n"
				 "7C2F80E0D605,029E74A599\n"),
			    "handsets; 3!an IPUI has 10 hex digits; 4!a MAC has 12 hex digits; "
			    "5!the IPUI stands in line 2 already");
	assert_string_equal(READ("mac,product\n7C2F80E0D605,n870\n7c2f80e0d605,n670\n"),
			    "devices; 3!the device stands in line 2 already");
	assert_string_equal(read_text(*state, "mac,ipui\n7C2F80E0D605,029e74a599\n7C2F80E0D605,2\n",
				      IMPORT_KINDS, 1),
			    "handsets; 2![limits] max_import_rows is 1, since all others wait "
			    "while rows are written: divide the table; 3!more than 2 rows");
}

/* The cells of the first rows are wrong in another way than those behind them. */
static void of_many_errors_the_first_lines_are_told(void **state)
{
	enum { ROWS = 5 * IMPORT_ERRORS_MAX };
	struct buf *text = buf_new(*state);
	struct import_table *table;

	buf_adds(text, "mac,ipui\n");
	for (unsigned i = 0; i < ROWS; i++)
		buf_printf(text, i < ROWS / 2 ? "7C2F80E0D605,029e74a599\n" : "x,%u\n", i);
	table = import_table_read(*state, text->data, text->len, IMPORT_KINDS, ROWS);
	assert_int_equal(table->errors_found, ROWS / 2 - 1 + ROWS / 2 * 2);
	assert_int_equal(table->error_count, IMPORT_ERRORS_MAX);
	for (unsigned i = 0; i < IMPORT_ERRORS_MAX; i++) {
		assert_int_equal(table->errors[i].line, i + 3);
		assert_non_null(strstr(table->errors[i].text, "the IPUI stands in line"));
	}
}

static void what_divides_other_tables_is_named(void **state)
{
	assert_string_equal(READ("mac;product\n7C2F80E0D605;n870\n"),
			    "?; 1!the columns are divided by semicolons; save the table with "
			    "commas between them");
	assert_string_equal(READ("\xef\xbb\xbf\"mac\"\t\"product\"\n"),
			    "?; 1!the columns are divided by tabs; save the table with commas "
			    "between them");
	assert_string_equal(READ("mac\n"),
			    "?; 1!the header does not tell whether these are devices, "
			    "handsets or lines; say it: --kind KIND");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_come_in_any_order_and_tell_the_kind),
		cmocka_unit_test(a_secret_that_is_not_told_is_not_touched),
		cmocka_unit_test(formulas_are_guarded_and_come_back_as_they_were),
		cmocka_unit_test(all_that_is_wrong_is_told_at_once_by_line),
		cmocka_unit_test(of_many_errors_the_first_lines_are_told),
		cmocka_unit_test(what_divides_other_tables_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
