/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/macros.h"

/* A growing run of bytes.  `data` is always followed by a NUL that `len` does not count. */
struct buf {
	char *data;
	size_t len;
	size_t size;
};

/* No buffer holds more, its NUL with it: who fills one with what others send looks before. */
enum { BUF_MAX = (256 << 20) - 1 };

struct buf *buf_new(void *mem);

/* Room for `more` bytes and the NUL; for buf_add(), when there is none. */
void buf_reserve(struct buf *buf, size_t more);

/* Here, so that literals are copied without looking for their end. */
static inline void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (buf->size - buf->len <= len)
		buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

static inline void buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void buf_addc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF(2, 3);

/*
 * Text between tags or in a double-quoted attribute: & < > " become entities, CR
 * and LF references, so that one line stays one line.
 */
void buf_add_xml(struct buf *buf, const char *s);

/* Cuts to `len` bytes, which must not be more than there are. */
void buf_cut(struct buf *buf, size_t len);
