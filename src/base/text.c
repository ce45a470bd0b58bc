/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"

/* Length of the UTF-8 sequence at s and its code point; 0 when malformed. */
static size_t decode(const unsigned char *s, size_t len, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;
	uint32_t c;

	if (s[0] < 0x80) {
		*ret = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	c = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

int text_check(const char *s, size_t len, size_t *reterr_at)
{
	for (size_t i = 0; i < len;) {
		uint32_t c = 0;
		size_t n = decode((const unsigned char *)s + i, len - i, &c);
		bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';

		if (n > 0 && !control && c != 0xfffe && c != 0xffff) {
			i += n;
			continue;
		}
		if (reterr_at)
			*reterr_at = i;
		return n == 0 ? -E_TEXT_ENCODING : -E_TEXT_CHARACTER;
	}
	return 0;
}

int text_check_line(const char *s, size_t max)
{
	size_t len = strlen(s);
	int r;

	if (len == 0)
		return -E_TEXT_EMPTY;
	if (len > max)
		return -E_TEXT_LONG;
	r = text_check(s, len, NULL);
	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		/* C0, DEL, and C1 (U+0080 to U+009F) */
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0))
			return -E_TEXT_CHARACTER;
	}
	return 0;
}

/* Blanks of Unicode that people paste unseen, as UTF-8: no-break, en quad to zero width, narrow, ideographic. */
static bool is_blank_at(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	if (len == 1)
		return *u == ' ';
	if (len == 2)
		return u[0] == 0xc2 && u[1] == 0xa0;
	if (len == 3 && u[0] == 0xe2 && u[1] == 0x80)
		return (u[2] >= 0x80 && u[2] <= 0x8f) || u[2] == 0xa8 || u[2] == 0xa9 ||
		       u[2] == 0xaf;
	return len == 3 && ((u[0] == 0xe3 && u[1] == 0x80 && u[2] == 0x80) ||
			    (u[0] == 0xef && u[1] == 0xbb && u[2] == 0xbf));
}

int text_check_name(const char *s, size_t max)
{
	int r = text_check_line(s, max);
	size_t len, last, first = 1;

	if (r < 0)
		return r;
	len = strlen(s);
	while ((s[first] & 0xc0) == 0x80)
		first++;
	for (last = len - 1; last > 0 && (s[last] & 0xc0) == 0x80;)
		last--;
	return is_blank_at(s, first) || is_blank_at(s + last, len - last) ? -E_TEXT_EDGE : 0;
}

char *text_count(void *mem, int64_t count, const char *one)
{
	return mem_printf(mem, "%lld %s%s", (long long)count, one, count == 1 ? "" : "s");
}

void text_place(const char *text, const char *at, unsigned *ret_line, unsigned *ret_column)
{
	*ret_line = 1;
	*ret_column = 1;
	for (; text < at; text++) {
		*ret_column = *text == '\n' ? 1 : *ret_column + 1;
		*ret_line += *text == '\n';
	}
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

void hex_encode(char *out, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

bool hex_decode(uint8_t *out, size_t len, const char *s, size_t s_len)
{
	if (s_len != len * 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(s[2 * i]);
		int low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool text_to_uint(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (digit > 9 || digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*ret = n;
	return n <= max;
}
