/* SPDX-License-Identifier: MIT */
/* P-codes: their names, and the schedule's whatever the schedule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/format.h"
#include "render/param.h"
#include "render/parameter.h"
#include "render/pcode.h"

static void a_name_is_a_code_or_it_is_not(void **state)
{
	static const char *const not_codes[] = {"",    "P",   "P0",  "P01",	"p1", "P1a",
						"P1.", "P-1", "P 1", "P100000", "Q1", "PP1",
						"1",   "P1 ", "P+1", "P1\n",	"Ｐ1"};

	(void)state;
	assert_int_equal(param_code("P1"), 1);
	assert_int_equal(param_code("P25020"), 25020);
	assert_int_equal(param_code("P99999"), 99999);
	for (size_t i = 0; i < COUNT_OF(not_codes); i++)
		if (param_code(not_codes[i]) || xstim_takes(not_codes[i]))
			fail_msg("'%s' is taken for a code", not_codes[i]);
}

static void codes_are_for_phones_that_have_them(void **state)
{
	(void)state;
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		bool has_codes = strcmp(p->format->name, "xstim") == 0;
		/* what is kept as it is may ask for any setting */
		bool any = strcmp(p->format->name, "raw") == 0;

		assert_int_equal(product_takes(p, "P25020"), has_codes || any);
		assert_int_equal(product_takes(p, "Telephony.0.ToneScheme"),
				 any || strcmp(p->format->name, "nx70") == 0 ||
					 strcmp(p->format->name, "maxwell") == 0);
	}
}

static void what_lines_are_written_as_is_reserved(void **state)
{
	(void)state;
	for (const char *const *name =
		     (const char *const[]){"P271", "P47", "P34", "P3", "P20000", "P401", "P747",
					   "P734", "P502", "P506", "P606", "P1030", NULL};
	     *name; name++)
		if (!product_reserves(product_find("uc926"), *name) ||
		    !product_reserves(NULL, *name))
			fail_msg("%s is not reserved", *name);
	for (const char *const *name =
		     (const char *const[]){"P192", "P25020", "P5900", "P1", "X", NULL};
	     *name; name++)
		if (product_reserves(NULL, *name))
			fail_msg("%s is reserved", *name);
}

static const struct {
	int low, high;
} ranges[PCODE_SCHEDULE_COUNT] = {
	{0, 1},	 {0, 1},    {0, 1},  {0, 12}, {0, 120}, {0, 23}, {0, 59}, {0, 23},
	{0, 59}, {0, 1},    {0, 1},  {0, 1},  {0, 1},	{0, 1},	 {0, 1},  {0, 1},
	{0, 1},	 {1, 1000}, {0, 23}, {0, 59}, {0, 23},	{0, 59},
};

/* Reads the values back; they are plain decimal, in ascending order and each there once. */
static void read_back(const char *document, int ret[PCODE_SCHEDULE_COUNT])
{
	const char *at = document;

	for (unsigned i = 0; i < PCODE_SCHEDULE_COUNT; i++) {
		char open[16], close[16];
		const char *end;

		snprintf(open, sizeof(open), "<P%u>", PCODE_SCHEDULE + i);
		snprintf(close, sizeof(close), "</P%u>", PCODE_SCHEDULE + i);
		at = strstr(at, open);
		assert_non_null(at);
		assert_null(strstr(at + 1, open));
		at += strlen(open);
		end = at + strspn(at, "0123456789");
		assert_true(end > at && strncmp(end, close, strlen(close)) == 0);
		assert_true(*at != '0' || end == at + 1);
		ret[i] = atoi(at);
		assert_in_range(ret[i], ranges[i].low, ranges[i].high);
	}
}

static void all_codes_of_any_schedule_are_written_in_order(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		CLEANUP(mem_freep) void *mem = mem_root("schedule");
		struct document_schedule s = {.name = "s"};
		struct document d = {.product = i % 2 ? "xstim" : "uc926", .schedule = &s};
		int values[PCODE_SCHEDULE_COUNT];
		struct diag diag = {0};
		struct buf *out;
		bool weekly;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		weekly = seed >> 60 & 1;
		s.kind = weekly ? DOCUMENT_WEEKLY : DOCUMENT_FLEXIBLE;
		s.start = (int)(seed >> 8 & 0xffff) % 1440;
		s.end = (int)(seed >> 24 & 0xffff) % 1440;
		s.interval = weekly ? (int)(seed >> 40 & 0xff) % 13
				    : (int)(seed >> 40 & 0xffff) % 1000 + 1;
		s.days = weekly ? (int)(seed & 127) : 0;
		s.idle = weekly ? (int)(seed >> 50 & 127) % 121 : 0;
		s.poll = i % 3 ? 0 : 1440;
		assert_int_equal(xstim_render(mem, &d, true, &out, &diag), 0);
		read_back(out->data, values);
		assert_int_equal(values[0], 1);
		assert_int_equal(values[1], s.poll > 0);
		assert_int_equal(values[2], weekly);
		assert_int_equal(values[16], !weekly);
		assert_int_equal(values[weekly ? 3 : 17], s.interval);
		for (int day = 0; day < 7; day++)
			assert_int_equal(values[9 + day], weekly && s.days >> day & 1);
		assert_int_equal(values[weekly ? 5 : 18] * 60 + values[weekly ? 6 : 19], s.start);
		assert_int_equal(values[weekly ? 7 : 20] * 60 + values[weekly ? 8 : 21], s.end);
	}
}

static void without_a_schedule_all_is_switched_off(void **state)
{
	int values[PCODE_SCHEDULE_COUNT];

	(void)state;
	pcode_schedule(NULL, values);
	for (int i = 0; i < PCODE_SCHEDULE_COUNT; i++)
		assert_int_equal(values[i], i == 0 ? 1 : ranges[i].low);
}

static void every_code_of_the_schedule_is_known_with_its_range(void **state)
{
	(void)state;
	for (int i = 0; i < PCODE_SCHEDULE_COUNT; i++) {
		CLEANUP(mem_freep) void *mem = mem_root("known");
		const struct parameter *row =
			parameter_find("xstim", mem_printf(mem, "P%d", PCODE_SCHEDULE + i));

		assert_non_null(row);
		assert_true(parameter_takes(row, mem_printf(mem, "%d", ranges[i].low)));
		assert_true(parameter_takes(row, mem_printf(mem, "%d", ranges[i].high)));
		assert_false(parameter_takes(row, mem_printf(mem, "%d", ranges[i].low - 1)));
		assert_false(parameter_takes(row, mem_printf(mem, "%d", ranges[i].high + 1)));
	}
	assert_true(parameter_is_secret("P1361"));
	assert_false(parameter_is_secret("P1360"));
	assert_null(parameter_suggest(NULL, "xstim", "P12345"));
}

static void zones_go_there_and_back(void **state)
{
	int minutes;

	(void)state;
	for (int n = -12 * 60; n <= 14 * 60; n += 15) {
		const char *value = pcode_zone_of(n);

		if (value) {
			assert_true(pcode_zone(value, &minutes));
			assert_int_equal(minutes, n);
		}
	}
	assert_string_equal(pcode_zone_of(-300), "18");
	assert_string_equal(pcode_zone_of(60), "49");
	assert_null(pcode_zone_of(345));
	assert_false(pcode_zone("1", &minutes));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_code_or_it_is_not),
		cmocka_unit_test(codes_are_for_phones_that_have_them),
		cmocka_unit_test(what_lines_are_written_as_is_reserved),
		cmocka_unit_test(all_codes_of_any_schedule_are_written_in_order),
		cmocka_unit_test(without_a_schedule_all_is_switched_off),
		cmocka_unit_test(every_code_of_the_schedule_is_known_with_its_range),
		cmocka_unit_test(zones_go_there_and_back),
	};
	int failed;

	xmlInitParser();
	failed = cmocka_run_group_tests_name("xstim", tests, NULL, NULL);
	xmlCleanupParser();
	return failed;
}
