/* SPDX-License-Identifier: MIT */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"

/* Texts are read as if they were this file. */
#define INI "/etc/x/test.ini"

/* A listener, without which no file is good. */
#define PHONES "[listener phones]\nserves = phones\n"

static inline int read_bytes(void *mem, const char *text, size_t len, struct config **ret,
			     const char **reterr)
{
	struct buf *errors = buf_new(mem);
	int r = config_read_text(mem, INI, text, len, ret, errors);

	*reterr = errors->data;
	return r;
}

/* The configuration that `text` is. */
static inline struct config *good(void *mem, const char *text)
{
	struct config *config = NULL;
	const char *errors;
	int r = read_bytes(mem, text, strlen(text), &config, &errors);

	assert_string_equal(errors, "");
	assert_int_equal(r, 0);
	return config;
}

/* What `text` is refused with. */
static inline const char *bad_bytes(void *mem, const char *text, size_t len)
{
	struct config *config;
	const char *errors;

	assert_int_equal(read_bytes(mem, text, len, &config, &errors), -E_CONFIG);
	return errors;
}

static inline const char *bad(void *mem, const char *text)
{
	return bad_bytes(mem, text, strlen(text));
}
