/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct buf *buf_new(void *mem)
{
	struct buf *buf = mem_new(mem, struct buf);

	buf->size = 256;
	buf->data = mem_alloc(buf, buf->size);
	buf->data[0] = '\0';
	return buf;
}

void buf_reserve(struct buf *buf, size_t more)
{
	size_t size = buf->size;

	while (size - buf->len <= more && size < BUF_MAX)
		size = size > BUF_MAX / 2 ? BUF_MAX : 2 * size;
	assert(size - buf->len > more);
	if (size == buf->size)
		return;
	buf->data = mem_grow(buf, buf->data, 1, size);
	buf->size = size;
}

void buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);
	buf_reserve(buf, (size_t)len);
	va_start(args, format);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_add_xml(struct buf *buf, const char *s)
{
	for (;;) {
		size_t plain = strcspn(s, "&<>\"\r\n");

		buf_add(buf, s, plain);
		s += plain;
		switch (*s++) {
		case '\0':
			return;
		case '&':
			buf_adds(buf, "&amp;");
			break;
		case '<':
			buf_adds(buf, "&lt;");
			break;
		case '>':
			buf_adds(buf, "&gt;");
			break;
		case '"':
			buf_adds(buf, "&quot;");
			break;
		case '\n':
			buf_adds(buf, "&#10;");
			break;
		default:
			buf_adds(buf, "&#13;");
		}
	}
}

void buf_cut(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	buf->data[len] = '\0';
}
