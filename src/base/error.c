/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct row {
	int code;
	int status;
	const char *name;
	const char *text;
};

static const struct row rows[] = {
#define ERROR(name, code, http, text) {code, http, #name, text},
#include "base/errors.def"
#undef ERROR
};

static const struct row *row_find(int r)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].code == -r)
			return &rows[i];
	return NULL;
}

const char *error_text(int r)
{
	const struct row *row = row_find(r);

	return row ? row->text : strerror(r < 0 ? -r : r);
}

const char *error_name(int r)
{
	static _Thread_local char name[48];
	const struct row *row = row_find(r);
	const char *from = row ? row->name + 2 : strerrorname_np(r < 0 ? -r : r);
	size_t n;

	if (!from)
		return "unknown";
	for (n = 0; n < sizeof(name) - 1 && from[n]; n++)
		name[n] = from[n] >= 'A' && from[n] <= 'Z' ? (char)(from[n] + 32) : from[n];
	name[n] = '\0';
	return name;
}

int error_status(int r)
{
	const struct row *row = row_find(r);

	return row ? row->status : 500;
}

/* Words quote what others wrote and may be cut in the midst of a character. */
static void diag_clean(struct diag *d)
{
	size_t at = 0;

	for (char *rest = d->text; text_check(rest, strlen(rest), &at) < 0; rest += at + 1)
		rest[at] = '?';
}

int diag_set(struct diag *d, int r, const char *format, ...)
{
	va_list args;

	if (!d)
		return r;
	va_start(args, format);
	vsnprintf(d->text, sizeof(d->text), format, args);
	va_end(args);
	diag_clean(d);
	return r;
}

const char *diag_text(const struct diag *d, int r)
{
	return d && d->text[0] ? d->text : error_text(r);
}
