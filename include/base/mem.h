/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdarg.h>
#include <stdint.h>
#include <talloc.h>

#include "base/macros.h"

/*
 * Memory is a tree (talloc).  A function that returns memory takes `void *mem`
 * first and hangs the result there; freeing a root frees all below it.  A tree
 * belongs to one thread at a time.  None of these returns NULL: out of memory
 * aborts, and the limits on input keep it from happening.
 */

/* A new root, owned by nobody.  Free it with mem_free() or CLEANUP(mem_freep). */
void *mem_root(const char *name);

/*
 * A tree whose first `size` bytes are one block, for what is filled and emptied
 * again and again: mem_empty() frees all below it.
 */
void *mem_pool(void *mem, size_t size);
void mem_empty(void *pool);

void *mem_alloc(void *mem, size_t size);
void *mem_zalloc(void *mem, size_t size);
char *mem_strdup(void *mem, const char *s);
char *mem_strndup(void *mem, const char *s, size_t len);
void *mem_memdup(void *mem, const void *data, size_t len);
char *mem_printf(void *mem, const char *format, ...) PRINTF(2, 3);
char *mem_vprintf(void *mem, const char *format, va_list args) PRINTF(2, 0);

/* Grows `old` (or makes it, under `mem`) to `count` members of `size` bytes. */
void *mem_grow(void *mem, void *old, size_t size, size_t count);

/*
 * Appends a zeroed member to an array that grows by doubling, and returns it:
 *     struct line *line = mem_push(mem, &lines, &count);
 */
#define mem_push(mem, array, count)                                                                \
	((__typeof__(*(array)))mem_push_size(mem, (void **)(array), count, sizeof(**(array))))
void *mem_push_size(void *mem, void **array, size_t *count, size_t size);

/* NULL is fine. */
void mem_free(void *p);

#define mem_new(mem, type) ((type *)mem_zalloc(mem, sizeof(type)))
#define mem_array(mem, type, count) ((type *)mem_zalloc(mem, sizeof(type) * (count)))

static inline void mem_freep(void *p)
{
	mem_free(*(void **)p);
}
