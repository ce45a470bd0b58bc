/* SPDX-License-Identifier: MIT */
/*
 * Every dialogue of tests/data/wpi, played: see wpi_transcript.h for what stands in
 * the files.  TRANSCRIPT_UPDATE=1 writes answers and records; their diff is the review.
 */
#include "wpi_transcript.h"

#include <dirent.h>
#include <libxml/parser.h>

#define DIRECTORY "tests/data/wpi"

static struct buf *file_read(void *mem, const char *path)
{
	struct buf *buf = buf_new(mem);
	FILE *file = fopen(path, "re");
	char chunk[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(buf, chunk, n);
	fclose(file);
	return buf;
}

static void file_write(const char *path, const struct buf *buf)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(buf->data, 1, buf->len, file), buf->len);
	assert_int_equal(fclose(file), 0);
}

static void assert_same(const char *path, const char *want, const char *got)
{
	unsigned line = 1;

	if (strcmp(want, got) == 0)
		return;
	for (; *want && *want == *got; want++, got++)
		line += *want == '\n';
	fail_msg("%s:%u: otherwise from here on: %.300s", path, line, got);
}

static int is_transcript(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".txt") == 0;
}

static void every_dialogue_goes_as_it_is_written_down(void **state)
{
	struct dirent **entries;
	int count = scandir(DIRECTORY, &entries, is_transcript, alphasort);

	(void)state;
	assert_true(count >= 20);
	for (int i = 0; i < count; i++) {
		CLEANUP(mem_freep) void *mem = mem_root("wpi_transcript");
		char *path = mem_printf(mem, DIRECTORY "/%s", entries[i]->d_name);
		struct buf *want = file_read(mem, path);
		unsigned exchanges = 0;
		struct buf *got = transcript_play(mem, path, want->data, &exchanges);

		if (exchanges == 0)
			fail_msg("%s: nothing is said", path);
		if (getenv("TRANSCRIPT_UPDATE"))
			file_write(path, got);
		else
			assert_same(path, want->data, got->data);
		free(entries[i]);
	}
	free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialogue_goes_as_it_is_written_down),
	};

	xmlInitParser();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
