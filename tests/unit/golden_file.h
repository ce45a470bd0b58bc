/* SPDX-License-Identifier: MIT */
#pragma once

/* Bytes that must be those of a file; GOLDEN_UPDATE=1 writes it, and its diff is the review. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

static inline struct buf *file_read(void *mem, const char *path)
{
	struct buf *buf = buf_new(mem);
	FILE *file = fopen(path, "r");
	char chunk[4096];
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(buf, chunk, n);
	fclose(file);
	return buf;
}

static inline void file_write(const char *path, const struct buf *buf)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(buf->data, 1, buf->len, file), buf->len);
	assert_int_equal(fclose(file), 0);
}

static inline void assert_same_bytes(const char *path, const struct buf *want,
				     const struct buf *got)
{
	size_t i = 0;
	unsigned line = 1;

	if (want->len == got->len && memcmp(want->data, got->data, got->len) == 0)
		return;
	for (; i < want->len && i < got->len && want->data[i] == got->data[i]; i++)
		line += want->data[i] == '\n';
	fail_msg("%s:%u: rendered otherwise, from here on: %.200s", path, line, got->data + i);
}

static inline void assert_golden(void *mem, const char *path, const struct buf *got)
{
	const char *update = getenv("GOLDEN_UPDATE");
	const struct buf *want;

	if (update && strcmp(update, "1") == 0)
		file_write(path, got);
	want = file_read(mem, path);
	if (!want)
		fail_msg("%s is missing", path);
	else
		assert_same_bytes(path, want, got);
}
