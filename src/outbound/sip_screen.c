/* SPDX-License-Identifier: MIT */
#include "sip_screen.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"

/* In full and, where there is one, in its short form. */
static const struct {
	const char *name;
	char brief;
} taken[] = {
	{"Via", 'v'},
	{"From", 'f'},
	{"To", 't'},
	{"Call-ID", 'i'},
	{"CSeq", '\0'},
	{"Contact", 'm'},
	{"Event", 'o'},
	{"WWW-Authenticate", '\0'},
	{"Proxy-Authenticate", '\0'},
};

static const char *name_of(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(taken); i++)
		if ((strlen(taken[i].name) == len && strncasecmp(taken[i].name, name, len) == 0) ||
		    (len == 1 && tolower((unsigned char)*name) == taken[i].brief))
			return taken[i].name;
	return NULL;
}

static bool is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') || s[i] == 0x7f)
			return false;
	return true;
}

static bool begins(const char *s, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(s, with, strlen(with)) == 0;
}

/* The next line without its end; false behind the last. */
static bool line_next(const char **at, const char *end, const char **ret, size_t *ret_len)
{
	const char *newline;

	if (*at >= end)
		return false;
	newline = memchr(*at, '\n', (size_t)(end - *at));
	*ret = *at;
	*ret_len = (size_t)((newline ? newline : end) - *at);
	*at = newline ? newline + 1 : end;
	if (*ret_len > 0 && (*ret)[*ret_len - 1] == '\r')
		--*ret_len;
	return true;
}

static int header_add(const char *line, size_t len, bool *is_taken, struct buf *out)
{
	const char *colon = memchr(line, ':', len);
	size_t name_len = colon ? (size_t)(colon - line) : 0;
	const char *name;

	while (name_len > 0 && isblank((unsigned char)line[name_len - 1]))
		name_len--;
	if (name_len == 0)
		return -E_BAD_REQUEST;
	name = name_of(line, name_len);
	*is_taken = name;
	if (!name)
		return 0;
	buf_adds(out, name);
	buf_add(out, colon, len - (size_t)(colon - line));
	return 0;
}

static int headers_add(const char *at, const char *end, struct buf *out)
{
	bool is_taken = false;
	size_t count = 0;
	size_t start = 0;
	const char *line;
	size_t len;

	while (line_next(&at, end, &line, &len) && len > 0) {
		bool goes_on = isblank((unsigned char)*line);
		int r = 0;

		if (!is_plain(line, len) || (goes_on && count == 0))
			return -E_BAD_REQUEST;
		if (goes_on) {
			if (is_taken)
				buf_add(out, line, len);
		} else {
			if (is_taken)
				buf_adds(out, "\r\n");
			start = out->len;
			r = header_add(line, len, &is_taken, out);
		}
		if (r < 0)
			return r;
		if (++count > SIP_HEADERS_MAX || len > SIP_LINE_MAX ||
		    out->len - start > SIP_LINE_MAX * 2)
			return -E_TOO_LARGE;
	}
	if (is_taken)
		buf_adds(out, "\r\n");
	buf_adds(out, "\r\n");
	return 0;
}

int sip_screen(const void *data, size_t len, struct buf *out)
{
	const char *at = data;
	const char *end = at + len;
	const char *line;
	size_t line_len;

	if (len > SIP_MESSAGE_MAX)
		return -E_TOO_LARGE;
	/* Empty lines before a message keep a path open, and are none of it. */
	do {
		if (!line_next(&at, end, &line, &line_len))
			return -E_BAD_REQUEST;
	} while (line_len == 0);
	if (line_len > SIP_LINE_MAX)
		return -E_TOO_LARGE;
	if (!is_plain(line, line_len) ||
	    (!begins(line, line_len, "SIP/2.0 ") && !begins(line, line_len, "SUBSCRIBE ")))
		return -E_BAD_REQUEST;
	buf_add(out, line, line_len);
	buf_adds(out, "\r\n");
	return headers_add(at, end, out);
}
