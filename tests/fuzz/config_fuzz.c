/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* A file is refused with words, or what is printed of it reads back as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	struct buf *errors = buf_new(mem);
	struct buf *once = buf_new(mem);
	struct buf *twice = buf_new(mem);
	struct config *config;
	const char *text = mem_memdup(mem, data, size);

	if (config_read_text(mem, "/etc/fuzz.ini", text, size, &config, errors) < 0) {
		demand(errors->len > 0 && errors->data[errors->len - 1] == '\n');
		return 0;
	}
	config_print(config, once);
	demand(config_read_text(mem, "/etc/fuzz.ini", once->data, once->len, &config, errors) >= 0);
	config_print(config, twice);
	demand(strcmp(once->data, twice->data) == 0);
	return 0;
}
