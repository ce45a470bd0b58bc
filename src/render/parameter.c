/* SPDX-License-Identifier: MIT */
#include "render/parameter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "render/format.h"
#include "render/param.h"

static const struct parameter rows[] = {
#define PARAMETER(family, name, type, form, since, what, source)                                   \
	{#family, name, PARAMETER_##type, form, since, what, source},
#define PARAMETER_INDEX(family, begins, lowest, highest)
#include "render/parameters.def"
#undef PARAMETER
#undef PARAMETER_INDEX
};

static const struct index {
	const char *family;
	const char *begins;
	long lowest, highest;
} indices[] = {
#define PARAMETER(family, name, type, form, since, what, source)
#define PARAMETER_INDEX(family, begins, lowest, highest) {#family, begins, lowest, highest},
#include "render/parameters.def"
#undef PARAMETER
#undef PARAMETER_INDEX
};

const struct parameter *parameter_next(const struct parameter *last)
{
	size_t i = last ? (size_t)(last - rows) + 1 : 0;

	return i < COUNT_OF(rows) ? &rows[i] : NULL;
}

/* Formats are families, except that ProviderFrame has one for each line of firmware. */
const char *parameter_family(const struct product *product)
{
	static const struct {
		const char *begins;
		const char *family;
	} lines[] = {{"n720", "n720"}, {"de", "de"}, {"", "n510"}};

	if (strcmp(product->format->name, "provider_frame") == 0)
		for (size_t i = 0; i < COUNT_OF(lines); i++)
			if (strncmp(product->name, lines[i].begins, strlen(lines[i].begins)) == 0)
				return lines[i].family;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].family, product->format->name) == 0)
			return rows[i].family;
	return NULL;
}

static bool matches(const char *pattern, const char *name)
{
	for (; *pattern; pattern++) {
		if (*pattern == '#') {
			size_t digits = strspn(name, "0123456789");

			if (digits == 0 && !(*name == '%' && name[1] == ']' && pattern[1] == ']'))
				return false;
			name += digits ? digits : 1;
		} else if (*pattern == '*') {
			size_t part = strcspn(name, ".");

			if (part == 0)
				return false;
			name += part;
		} else if (*pattern == *name) {
			name++;
		} else {
			return false;
		}
	}
	return !*name;
}

/* "hs.*.DECT_AC" as a setting has it: "hs.DECT_AC"; others are as they are. */
static const char *short_name(void *mem, const char *pattern)
{
	const char *key = strstr(pattern, ".*.");

	if (strncmp(pattern, "hs.*.", 5) != 0 && strncmp(pattern, "SipAccount.*.", 13) != 0)
		return pattern;
	return mem_printf(mem, "%.*s%s", (int)(key - pattern), pattern, key + 2);
}

/* The same without making it: every preview asks this of each parameter and row. */
static bool matches_short(const char *pattern, const char *name)
{
	size_t len = strncmp(pattern, "hs.*.", 5) == 0		  ? 3
		     : strncmp(pattern, "SipAccount.*.", 13) == 0 ? 11
								  : 0;

	return len > 0 && strncmp(pattern, name, len) == 0 &&
	       matches(pattern + len + 2, name + len);
}

static bool is_named(const struct parameter *row, const char *name)
{
	return strcmp(row->name, name) == 0 || matches(row->name, name) ||
	       matches_short(row->name, name);
}

const struct parameter *parameter_find(const char *family, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if ((!family || strcmp(rows[i].family, family) == 0) && is_named(&rows[i], name))
			return &rows[i];
	return NULL;
}

/* Small letters, and # for each number that is a part by itself. */
static char *rough(void *mem, const char *name)
{
	struct buf *buf = buf_new(mem);
	char before = '.';

	while (*name) {
		size_t digits = strspn(name, "0123456789");

		if (digits > 0 && strchr("._[", before) && !isalpha((unsigned char)name[digits])) {
			buf_addc(buf, '#');
			name += digits;
			before = '#';
		} else {
			before = *name++;
			buf_addc(buf, (char)tolower((unsigned char)before));
		}
	}
	return buf->len ? buf->data : mem_strdup(mem, "");
}

/* The numbers of `name` in place of the pattern's #, while there are any. */
static const char *fill(void *mem, const char *pattern, const char *name)
{
	struct buf *buf = buf_new(mem);
	char before = '.';

	for (; *pattern; pattern++) {
		size_t digits = 0;

		while (*pattern == '#' && *name && digits == 0) {
			if (strchr("._[", before))
				digits = strspn(name, "0123456789");
			if (digits == 0)
				before = *name++;
		}
		if (digits > 0)
			buf_add(buf, name, digits);
		else
			buf_addc(buf, *pattern);
		name += digits;
		before = digits ? '#' : before;
	}
	return buf->data;
}

const char *parameter_suggest(void *mem, const char *family, const char *name)
{
	CLEANUP(mem_freep) void *scratch = mem_root("suggest");
	struct nearest nearest = {.word = rough(scratch, name)};
	const char *best = NULL;

	/* Codes that look alike have nothing to do with each other. */
	if (param_code(name))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *was = nearest.best;
		const char *shortened;

		if ((family && strcmp(rows[i].family, family) != 0) ||
		    rows[i].type == PARAMETER_NOT_REAL)
			continue;
		shortened = short_name(scratch, rows[i].name);
		nearest_offer(&nearest, rough(scratch, shortened));
		if (nearest.best != was)
			best = shortened;
	}
	return best ? fill(mem, best, name) : NULL;
}

bool parameter_is_secret(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].type == PARAMETER_SECRET && is_named(&rows[i], name))
			return true;
	return false;
}

static const struct index *index_out(const struct parameter *row, const char *name, long *ret)
{
	for (size_t i = 0; i < COUNT_OF(indices); i++) {
		size_t len = strlen(indices[i].begins);

		if (strcmp(indices[i].family, row->family) != 0 ||
		    strncmp(name, indices[i].begins, len) != 0 ||
		    !isdigit((unsigned char)name[len]))
			continue;
		*ret = strtol(name + len, NULL, 10);
		if (*ret < indices[i].lowest || *ret > indices[i].highest)
			return &indices[i];
	}
	return NULL;
}

static const char *unknown_words(void *mem, const char *family, const char *of, const char *name)
{
	const struct parameter *other = parameter_find(NULL, name);
	const char *near;

	if (other)
		return mem_printf(mem, "%s is a parameter of %s, not of %s", name, other->family,
				  of);
	near = parameter_suggest(mem, family, name);
	if (near)
		return mem_printf(mem, "%s is not known; did you mean %s?", name, near);
	return mem_printf(mem, "%s is not known, which may be all right", name);
}

const char *parameter_check(void *mem, const struct product *product, const char *name,
			    const char *value)
{
	const char *family = product ? parameter_family(product) : NULL;
	const struct parameter *row = parameter_find(family, name);
	const struct index *index;
	long n;

	/* A step of a Maxwell's document is no parameter. */
	if ((product && !family) || strncmp(name, PARAM_CUSTOM, strlen(PARAM_CUSTOM)) == 0)
		return NULL;
	if (!row)
		return unknown_words(mem, family, product ? product->name : "these", name);
	if (row->type == PARAMETER_NOT_REAL)
		return mem_printf(mem, "%s is no real parameter, although it goes around; %s is",
				  name, row->form);
	index = index_out(row, name, &n);
	if (index)
		return mem_printf(mem, "%s: %ld is not from %ld to %ld", name, n, index->lowest,
				  index->highest);
	if (value && !parameter_takes(row, value))
		return mem_printf(mem, "%s should be %s", name, parameter_values(mem, row));
	return NULL;
}
