/* SPDX-License-Identifier: MIT */
#include "wpi/bytes.h"

#include <string.h>
#include <strings.h>

#include "base/markup.h"
#include "base/mem.h"
#include "base/text.h"

static const char blanks[] = " \t\r\n";

static int refuse(struct diag *reterr, int r, const char *data, const char *at, const char *words)
{
	if (reterr)
		text_place(data, at, &reterr->line, &reterr->column);
	return diag_set(reterr, r, "%s", words);
}

static bool begins(const char *s, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - s) >= len && memcmp(s, with, len) == 0;
}

/* Whether the XML declaration says ISO-8859-1 or what is a superset of it. */
static bool says_latin(const char *data, const char *end)
{
	static const char *const names[] = {"iso-8859-1", "iso_8859-1",	  "iso8859-1",
					    "latin1",	  "windows-1252", "cp1252"};
	const char *stop, *at;

	if (!begins(data, end, "<?xml"))
		return false;
	stop = memmem(data, (size_t)(end - data), "?>", 2);
	at = stop ? memmem(data, (size_t)(stop - data), "encoding", 8) : NULL;
	if (!at)
		return false;
	for (at += 8; at < stop && strchr(" \t\r\n=\"'", *at); at++)
		;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		size_t len = strlen(names[i]);

		if ((size_t)(stop - at) > len && strncasecmp(at, names[i], len) == 0 &&
		    strchr("\"'", at[len]))
			return true;
	}
	return false;
}

/* UTF-8; what is not, or all of it, as ISO-8859-1. */
static void convert(const char *data, size_t len, bool all, char *out, size_t *ret_len,
		    bool *ret_mended)
{
	char *to = out;

	*ret_mended = false;
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)data[i];
		size_t good = 0;

		if (c < 0x80) {
			good = 1;
		} else if (!all) {
			for (size_t n = 2; n <= 4 && n <= len - i && !good; n++)
				if (text_check(data + i, n, NULL) != -E_TEXT_ENCODING)
					good = n;
		}
		if (good) {
			memcpy(to, data + i, good);
			to += good;
			i += good;
			continue;
		}
		*ret_mended |= !all;
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
		i++;
	}
	*to = '\0';
	*ret_len = (size_t)(to - out);
}

/* libxml2 compares each attribute of an element with each other one, and prefixes too. */
static int scan(const char *data, const char *end, const struct wpi_limits *limits,
		struct diag *reterr)
{
	struct markup markup = {.at = data, .end = end};

	while (markup_next(&markup)) {
		if (markup.is_declaration)
			return refuse(reterr, -E_WPI_DOCTYPE, data, markup.tag,
				      error_text(-E_WPI_DOCTYPE));
		if (markup.attributes > limits->attributes)
			return refuse(reterr, -E_WPI_LONG, data, markup.tag,
				      "an element with more attributes than it may have");
	}
	return 0;
}

int wpi_bytes(void *mem, const char *data, size_t len, const struct wpi_limits *limits,
	      struct wpi_message *message, char **ret, size_t *ret_len, struct diag *reterr)
{
	const char *start = data, *end = data + len;
	const char *zero = memchr(data, '\0', len);

	if (len > limits->bytes)
		return diag_set(reterr, -E_WPI_LONG, "the body has %zu bytes; %zu are the most",
				len, limits->bytes);
	if (begins(start, end, "\xff\xfe") || begins(start, end, "\xfe\xff"))
		return diag_set(reterr, -E_WPI_XML, "the body is UTF-16; phones send UTF-8");
	if (zero)
		return refuse(reterr, -E_WPI_XML, data, zero,
			      "a zero byte, which neither UTF-8 nor XML has in a text");
	if (begins(start, end, "\xef\xbb\xbf"))
		start += 3;
	while (start < end && strchr(blanks, *start))
		start++;
	if (start == end)
		return diag_set(reterr, -E_WPI_XML, "the body is empty");
	if (*start != '<')
		return refuse(reterr, -E_WPI_XML, data, start, "XML begins with <");
	/* Not part of the document either. */
	while (strchr(blanks, end[-1]))
		end--;
	*ret = mem_alloc(mem, (size_t)(end - start) * 2 + 1);
	convert(start, (size_t)(end - start), says_latin(start, end), *ret, ret_len,
		&message->mended);
	return scan(*ret, *ret + *ret_len, limits, reterr);
}
