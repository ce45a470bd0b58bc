/* SPDX-License-Identifier: MIT */
#pragma once

/* Small things that every file may use. */

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define CLEANUP(f) __attribute__((cleanup(f)))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/*
 * DEFINE_CLEANUP(sqlite3, sqlite3_close) makes sqlite3_closep() for use as
 * CLEANUP(sqlite3_closep) sqlite3 *db = NULL;
 */
#define DEFINE_CLEANUP(type, func)                                                                 \
	static inline void func##p(type **p)                                                       \
	{                                                                                          \
		if (*p)                                                                            \
			func(*p);                                                                  \
	}                                                                                          \
	struct func##_cleanup_defined
