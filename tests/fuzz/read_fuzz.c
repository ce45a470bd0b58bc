/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "render/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct read_limits limits = {16, 1000};

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static size_t lines_of(const char *data, size_t len)
{
	size_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	return lines;
}

static void check_item(const struct read_item *item, size_t lines)
{
	demand(item->line >= 1 && item->line <= lines + 1);
	demand(text_check(item->name, strlen(item->name), NULL) == 0);
	if (item->value)
		demand(text_check(item->value, strlen(item->value), NULL) == 0);
	for (size_t i = 0; i < item->param_count; i++)
		check_item(&item->params[i], lines);
}

/* What was mended has as many lines as before, and stays as it is when it is mended again. */
static void check_mended(void *mem, const char *data, size_t size)
{
	struct read_mends once = {0}, twice = {0};
	struct buf *out = buf_new(mem), *again = buf_new(mem);
	struct diag diag = {0};
	int r = read_mend(mem, data, size, out, &once, &diag);

	if (r < 0) {
		demand(diag.text[0]);
		return;
	}
	demand(lines_of(data, size) == lines_of(out->data, out->len));
	if (out->len == 0)
		return;
	demand(read_mend(mem, out->data, out->len, again, &twice, &diag) == 0);
	demand(twice.found == 0);
	demand(again->len == out->len && memcmp(again->data, out->data, out->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct read_document *document;
	struct diag diag = {0};
	int r;

	check_mended(mem, (const char *)data, size);
	r = read_document(mem, (const char *)data, size, &limits, &document, &diag);
	if (r < 0) {
		demand(diag.text[0]);
		return 0;
	}
	demand(document->mends.count <= document->mends.found);
	for (size_t i = 0; i < document->item_count; i++)
		check_item(&document->items[i], lines_of((const char *)data, size));
	return 0;
}
