/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Names of a list, found without walking along it: a file may have as many as it has elements. */
struct import_names {
	struct import_names_slot *slots;
	size_t size; /* a power of two; 0: none yet */
	size_t count;
};

/* Where it is, or `at`, where it is put; whether it was there.  The name is not copied. */
bool import_names_put(void *mem, struct import_names *names, const char *name, size_t at,
		      size_t *ret);
bool import_names_has(const struct import_names *names, const char *name);
