/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *p)
{
	if (!p) {
		fputs("level=error msg=\"out of memory\"\n", stderr);
		abort();
	}
	return p;
}

void *mem_root(const char *name)
{
	void *root = must(talloc_new(NULL));

	talloc_set_name_const(root, name);
	return root;
}

void *mem_pool(void *mem, size_t size)
{
	return must(talloc_pool(mem, size));
}

void mem_empty(void *pool)
{
	talloc_free_children(pool);
}

void *mem_alloc(void *mem, size_t size)
{
	return must(talloc_size(mem, size));
}

void *mem_zalloc(void *mem, size_t size)
{
	return must(talloc_zero_size(mem, size));
}

char *mem_strdup(void *mem, const char *s)
{
	return must(talloc_strdup(mem, s));
}

char *mem_strndup(void *mem, const char *s, size_t len)
{
	return must(talloc_strndup(mem, s, len));
}

void *mem_memdup(void *mem, const void *data, size_t len)
{
	char *copy = must(talloc_size(mem, len + 1));

	if (len)
		memcpy(copy, data, len);
	copy[len] = '\0';
	return copy;
}

char *mem_printf(void *mem, const char *format, ...)
{
	va_list args;
	char *s;

	va_start(args, format);
	s = mem_vprintf(mem, format, args);
	va_end(args);
	return s;
}

char *mem_vprintf(void *mem, const char *format, va_list args)
{
	return must(talloc_vasprintf(mem, format, args));
}

void *mem_grow(void *mem, void *old, size_t size, size_t count)
{
	return must(talloc_realloc_size(mem, old, size * count));
}

void *mem_push_size(void *mem, void **array, size_t *count, size_t size)
{
	size_t n = *count;
	char *member;

	/* A power of two is full. */
	if ((n & (n - 1)) == 0)
		*array = mem_grow(mem, *array, size, n ? 2 * n : 1);
	member = (char *)*array + n * size;
	memset(member, 0, size);
	*count = n + 1;
	return member;
}

void mem_free(void *p)
{
	if (p)
		talloc_free(p);
}
