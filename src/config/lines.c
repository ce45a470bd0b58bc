/* SPDX-License-Identifier: MIT */
#include "read.h"

#include <ini.h>
#include <string.h>

#include "base/text.h"
#include "parse.h"

/*
 * Lines for libinih.
 *
 * libinih splits and strips, but it would cut long lines, stop at a NUL, name
 * no line to its handler, say nothing of a section without keys and pass over
 * what follows a section's ].  So its reader, line_next(), looks at each line
 * first: whatever libinih might take otherwise than its writer meant it is
 * told here and never reaches it.
 *
 * A comment is a line whose first character, blanks aside, is # or ;.  There
 * are none behind a value, as URLs and patterns may hold both characters; and
 * a value ends with its line.
 */

struct lines {
	struct reading *reading;
	const char *at;
	const char *end;
	unsigned line;
	bool indented; /* the line that libinih has now */
};

static const char bom[] = "\xef\xbb\xbf";

/* The next line without its end. */
static bool cut(struct lines *lines, const char **ret, size_t *ret_len)
{
	const char *start = lines->at;
	const char *newline;
	size_t len;

	if (start == lines->end)
		return false;
	newline = memchr(start, '\n', (size_t)(lines->end - start));
	len = (size_t)((newline ? newline : lines->end) - start);
	lines->at = newline ? newline + 1 : lines->end;
	lines->line++;
	if (len > 0 && start[len - 1] == '\r')
		len--;
	*ret = start;
	*ret_len = len;
	return true;
}

/* Copies a line that is text; tabs become blanks. */
static bool copy(struct lines *lines, char *out, size_t max, const char *from, size_t len)
{
	size_t at;
	int r;

	if (len > max) {
		issue_add(lines->reading, lines->line, "a line of %zu bytes, expected at most %zu",
			  len, max);
		return false;
	}
	if (memchr(from, '\0', len)) {
		issue_add(lines->reading, lines->line, "holds a NUL byte, expected UTF-8 text");
		return false;
	}
	memcpy(out, from, len);
	out[len] = '\0';
	for (char *s = out; (s = strchr(s, '\t'));)
		*s = ' ';
	r = text_check(out, len, &at);
	if (r < 0) {
		issue_add(lines->reading, lines->line, "byte %zu: %s, expected UTF-8 text", at + 1,
			  error_text(r));
		return false;
	}
	if (len > 0 && text_check_line(out, max) < 0) {
		issue_add(lines->reading, lines->line,
			  "holds a control character, expected UTF-8 text");
		return false;
	}
	return true;
}

/* Whether the line is one that libinih should split. */
static bool look(struct lines *lines, const char *line)
{
	const char *text = line + strspn(line, " ");
	const char *separator = text + strcspn(text, "=:");
	size_t len = strlen(text);
	char quoted[QUOTE_MAX];

	lines->indented = text != line;
	if (!*text || *text == '#' || *text == ';')
		return false;
	if (*text == '[') {
		read_section(lines->reading, lines->line, text);
		return false;
	}
	if (!*separator)
		issue_add(lines->reading, lines->line,
			  lines->indented ? "%s goes on from the line before, expected a value in "
					    "one line"
					  : "%s has no =, expected [section], key = value or "
					    "# comment",
			  config_quote(quoted, text));
	else if (separator == text)
		issue_add(lines->reading, lines->line, "%s has no key, expected key = value",
			  config_quote(quoted, text));
	else if (text[len - 1] == '\\')
		issue_add(lines->reading, lines->line,
			  "ends in a backslash, expected a value in one line");
	else
		return true;
	return false;
}

/* An ini_reader, which works as fgets() does. */
static char *line_next(char *out, int size, void *stream)
{
	struct lines *lines = stream;
	size_t max = READ_LINE_MAX;
	const char *from;
	size_t len;

	/* What a libinih that was built with a line of fixed size would cut. */
	if ((size_t)size <= max)
		max = (size_t)size - 1;
	while (cut(lines, &from, &len))
		if (copy(lines, out, max, from, len) && look(lines, out))
			return out;
	return NULL;
}

static int handle(void *user, const char *section, const char *name, const char *value)
{
	struct lines *lines = user;

	(void)section;
	read_key(lines->reading, lines->line, lines->indented, name, value);
	return 1;
}

void lines_read(struct reading *reading, const char *text, size_t len)
{
	struct lines lines = {.reading = reading, .at = text, .end = text + len};
	int r;

	if (len >= strlen(bom) && memcmp(text, bom, strlen(bom)) == 0)
		lines.at += strlen(bom);
	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_initial_alloc = READ_LINE_MAX + 3;
	ini_max_line = READ_LINE_MAX + 3;
	ini_allow_multiline = false;
	ini_allow_inline_comments = false;
	ini_allow_no_value = false;
	ini_stop_on_first_error = false;
	r = ini_parse_stream(line_next, &lines, handle, &lines);
	if (r != 0)
		issue_add(reading, 0, "libinih gives up (%d)", r);
}
