/* SPDX-License-Identifier: MIT */
/* What golden files cannot show: made-up documents by the thousand, and the cost of large ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <time.h>

#include "../fuzz/nx70_fuzz.c"

#define CORPUS "tests/fuzz/corpus/nx70"

static void the_corpus_of_the_fuzzer_passes(void **state)
{
	DIR *directory = opendir(CORPUS);
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		uint8_t data[4096];
		char path[300];
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), CORPUS "/%s", entry->d_name);
		file = fopen(path, "r");
		assert_non_null(file);
		LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file));
		fclose(file);
		count++;
	}
	closedir(directory);
	assert_true(count > 0);
}

static void made_up_documents_lose_nothing(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		uint8_t data[512];

		for (size_t n = 0; n < sizeof(data); n++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			data[n] = (uint8_t)(seed >> 32);
		}
		LLVMFuzzerTestOneInput(data, (size_t)(seed % sizeof(data)));
	}
}

/* Processor time of rendering so many of everything, in seconds. */
static double cost(size_t count)
{
	CLEANUP(mem_freep) void *mem = mem_root("cost");
	struct document d = {.product = "n870"};
	struct buf *xml = NULL;
	struct diag diag;
	clock_t before;

	d.param_count = count;
	d.params = mem_array(mem, struct param, count);
	d.handset_count = d.operation_count = count / 80;
	d.handsets = mem_array(mem, struct document_handset, count / 80);
	d.operations = mem_array(mem, struct operation, count / 80);
	for (size_t i = 0; i < count; i++) {
		d.params[i].name = mem_printf(mem, "Telephony.%zu.X", i);
		d.params[i].value = "a value of the usual length";
	}
	for (size_t i = 0; i < count / 80; i++) {
		struct handset *handset = mem_new(mem, struct handset);

		snprintf(handset->ipui, sizeof(handset->ipui), "02%08x", (unsigned)i);
		d.handsets[i].handset = handset;
		snprintf(d.operations[i].ipui, sizeof(d.operations[i].ipui), "01%08x",
			 (unsigned)(count - i));
	}
	before = clock();
	assert_int_equal(nx70_render(mem, &d, true, &xml, &diag), 0);
	return (double)(clock() - before) / CLOCKS_PER_SEC;
}

/* 20,000 parameters and 250 handsets against a hundredth of that: a hundred times, not ten thousand. */
static void the_cost_grows_with_the_size(void **state)
{
	double small = 1e9, large = 1e9;

	(void)state;
	for (int i = 0; i < 5; i++) {
		double once = cost(200);
		double hundred = cost(20000);

		small = once < small ? once : small;
		large = hundred < large ? hundred : large;
	}
	if (large > small * 1000 + 0.1)
		fail_msg("%.6f s for 200 parameters, %.6f s for 20,000", small, large);
}

static void a_document_belongs_to_its_caller(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	struct document d = {.product = "n870"};
	struct buf *xml = NULL;
	struct diag diag;

	(void)state;
	assert_int_equal(nx70_render(mem, &d, true, &xml, &diag), 0);
	assert_ptr_equal(talloc_parent(xml), mem);
	assert_int_equal(talloc_total_blocks(mem), 3);
}

static void nothing_is_left_of_a_refused_document(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("test");
	struct param params[] = {{.name = "A.0", .value = "1"}, {.name = "B.0", .value = ""}};
	struct document d = {.product = "n870", .params = params, .param_count = 2};
	struct buf *xml = NULL;

	(void)state;
	assert_int_equal(nx70_render(mem, &d, true, &xml, NULL), -E_TEXT_EMPTY);
	assert_null(xml);
	assert_int_equal(talloc_total_blocks(mem), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_corpus_of_the_fuzzer_passes),
		cmocka_unit_test(made_up_documents_lose_nothing),
		cmocka_unit_test(the_cost_grows_with_the_size),
		cmocka_unit_test(a_document_belongs_to_its_caller),
		cmocka_unit_test(nothing_is_left_of_a_refused_document),
	};
	int failed = cmocka_run_group_tests_name("nx70", tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
