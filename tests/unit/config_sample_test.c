/* SPDX-License-Identifier: MIT */
#include "config_help.h"

#include <stdio.h>

/* Run from the top of the tree. */
static void the_file_in_the_tree_is_the_sample(void **state)
{
	struct buf *sample = buf_new(NULL);
	struct buf *file = buf_new(sample);
	char chunk[4096];
	size_t n;
	FILE *in = fopen("etc/gigaprovd.ini", "re");

	(void)state;
	assert_non_null(in);
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(file, chunk, n);
	fclose(in);
	config_print_sample(sample);
	assert_string_equal(file->data, sample->data);
	mem_free(sample);
}

/* Every default in the sample, made into a value, is what the file means without it. */
static void the_sample_shows_what_holds(void **state)
{
	void *mem = mem_root("test");
	struct buf *sample = buf_new(mem);
	struct buf *given = buf_new(mem);
	struct buf *printed[2] = {buf_new(mem), buf_new(mem)};
	unsigned values = 0;

	(void)state;
	config_print_sample(sample);
	for (char *line = sample->data, *end; (end = strchr(line, '\n')); line = end + 1) {
		bool commented = line[0] == '#' && line[1] != ' ' && line[1] != '\n';

		values += commented;
		line += commented;
		buf_add(given, line, (size_t)(end + 1 - line));
	}
	assert_true(values > 30);
	config_print(good(mem, sample->data), printed[0]);
	config_print(good(mem, given->data), printed[1]);
	assert_string_equal(printed[0]->data, printed[1]->data);
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_in_the_tree_is_the_sample),
		cmocka_unit_test(the_sample_shows_what_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
