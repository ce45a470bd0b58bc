/* SPDX-License-Identifier: MIT */
#include "base/markup.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"

/* Where each begins with <, and how it ends. */
static const struct {
	const char *begin, *end;
} passed[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

static bool begins(const struct markup *markup, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(markup->end - markup->at) >= len && memcmp(markup->at, with, len) == 0;
}

/* What does not end goes to the end, which the parser will refuse. */
static bool pass(struct markup *markup)
{
	for (size_t i = 0; i < COUNT_OF(passed); i++) {
		const char *at, *found;

		if (!begins(markup, passed[i].begin))
			continue;
		at = markup->at + strlen(passed[i].begin);
		found = memmem(at, (size_t)(markup->end - at), passed[i].end,
			       strlen(passed[i].end));
		markup->at = found ? found + strlen(passed[i].end) : markup->end;
		return true;
	}
	return false;
}

static void tag(struct markup *markup)
{
	const char *s = markup->tag = markup->at;
	char quote = '\0';

	markup->attributes = 0;
	for (; s < markup->end && (quote || *s != '>'); s++) {
		if (quote)
			quote = *s == quote ? '\0' : quote;
		else if (*s == '"' || *s == '\'')
			quote = *s;
		else
			markup->attributes += *s == '=';
	}
	markup->close = s < markup->end ? s : NULL;
	markup->at = s < markup->end ? s + 1 : s;
}

bool markup_next(struct markup *markup)
{
	const char *next;

	while ((next = memchr(markup->at, '<', (size_t)(markup->end - markup->at)))) {
		markup->at = next;
		if (pass(markup))
			continue;
		markup->is_declaration = begins(markup, "<!");
		tag(markup);
		return true;
	}
	return false;
}
