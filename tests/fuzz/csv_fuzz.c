/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/csv.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static const struct csv_limits limits = {1000, 20, 300};

/* Reads all of it and writes what was good; the rows that were. */
static size_t copy(void *mem, const void *data, size_t size, struct buf *out, size_t *ret_errors)
{
	char *text = malloc(size + 1);
	struct csv_row row;
	struct csv csv;
	size_t rows = 0;
	int r;

	memcpy(text, data, size);
	text[size] = '\0';
	*ret_errors = 0;
	csv_init(mem, &csv, text, size, &limits);
	for (;;) {
		struct diag diag = {0};

		r = csv_next(&csv, &row, &diag);
		if (r == 0)
			break;
		demand(r > 0 || (diag.line > 0 && diag.text[0]));
		if (r < 0) {
			++*ret_errors;
			continue;
		}
		demand(row.count > 0 && row.count <= limits.columns);
		for (size_t i = 0; i < row.count; i++)
			demand(strlen(row.cells[i]) <= limits.cell);
		csv_write(out, (const char *const *)row.cells, row.count);
		rows++;
	}
	free(text);
	return rows;
}

/* What is written of anything that can be read reads back as the same, without errors. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct buf *once = buf_new(mem);
	struct buf *twice = buf_new(mem);
	size_t errors;
	size_t rows = copy(mem, data, size, once, &errors);

	if (rows == 0)
		return 0;
	demand(copy(mem, once->data, once->len, twice, &errors) == rows && errors == 0);
	demand(once->len == twice->len && memcmp(once->data, twice->data, once->len) == 0);
	return 0;
}
