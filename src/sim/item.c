/* SPDX-License-Identifier: MIT */
#include "sim/item.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static struct sim_item *find(const struct sim_items *items, const char *name, int index)
{
	for (size_t i = 0; i < items->count; i++)
		if (items->items[i].index == index && strcmp(items->items[i].name, name) == 0)
			return &items->items[i];
	return NULL;
}

const struct sim_item *sim_items_find(const struct sim_items *items, const char *name, int index)
{
	return find(items, name, index);
}

struct sim_item *sim_items_add(void *mem, struct sim_items *items, const char *name, int index,
			       const char *value)
{
	struct sim_item *item = mem_push(mem, &items->items, &items->count);

	*item = (struct sim_item){mem_strdup(mem, name), index, mem_strdup(mem, value), NULL};
	return item;
}

void sim_items_set(void *mem, struct sim_items *items, const char *name, int index,
		   const char *value)
{
	struct sim_item *item = find(items, name, index);

	if (!item)
		sim_items_add(mem, items, name, index, value);
	else if (strcmp(item->value, value) != 0)
		item->value = mem_strdup(mem, value);
}

void sim_items_remove(struct sim_items *items, const char *name, int index)
{
	struct sim_item *item = find(items, name, index);

	if (!item)
		return;
	items->count--;
	memmove(item, item + 1, (size_t)(items->items + items->count - item) * sizeof(*item));
}

void sim_items_copy(void *mem, struct sim_items *items, const struct sim_items *from)
{
	for (size_t i = 0; i < from->count; i++)
		sim_items_set(mem, items, from->items[i].name, from->items[i].index,
			      from->items[i].value);
}

static char *trimmed(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* "\n" and "\\" in files, so that a PEM is one line. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++) {
		if (at[0] == '\\' && (at[1] == 'n' || at[1] == '\\'))
			*to++ = *++at == 'n' ? '\n' : '\\';
		else
			*to++ = *at;
	}
	*to = '\0';
}

int sim_item_parse(void *mem, const char *text, struct sim_item *ret, struct diag *reterr)
{
	char *name = mem_strdup(mem, text);
	char *value = strchr(name, '=');
	char *bracket;
	uint64_t index;

	if (!value)
		return diag_set(reterr, -EINVAL, "NAME=VALUE is expected, not '%s'", text);
	*value++ = '\0';
	name = trimmed(name);
	*ret = (struct sim_item){.name = name, .index = SIM_NO_INDEX, .value = trimmed(value)};
	bracket = strchr(name, '[');
	if (bracket) {
		*bracket++ = '\0';
		if (!*bracket || bracket[strlen(bracket) - 1] != ']')
			return diag_set(reterr, -EINVAL, "'%s' has no ] behind its index", text);
		bracket[strlen(bracket) - 1] = '\0';
		if (!text_to_uint(bracket, INT_MAX, &index))
			return diag_set(reterr, -EINVAL, "'%s' is no index of an item", bracket);
		ret->index = (int)index;
	}
	if (!sim_name_is_valid(name))
		return diag_set(reterr, -EINVAL, "'%s' is no name of an item", name);
	return 0;
}

int sim_items_read(void *mem, struct sim_items *items, const char *path, struct diag *reterr)
{
	FILE *file = fopen(path, "re");
	struct sim_item item;
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int r = 0;

	if (!file)
		return diag_set(reterr, -errno, "%s: %m", path);
	while (r >= 0 && getline(&line, &size, file) >= 0) {
		char *text = trimmed(line);

		number++;
		if (!*text || *text == '#')
			continue;
		r = sim_item_parse(mem, text, &item, reterr);
		if (r < 0) {
			reterr->line = number;
			break;
		}
		unescape((char *)item.value);
		sim_items_set(mem, items, item.name, item.index, item.value);
	}
	free(line);
	fclose(file);
	return r;
}

static void write_value(FILE *file, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", file);
		else if (*value == '\\')
			fputs("\\\\", file);
		else
			fputc(*value, file);
	}
	fputc('\n', file);
}

int sim_items_write(const struct sim_items *items, const char *path, struct diag *reterr)
{
	CLEANUP(mem_freep) void *mem = mem_root("items");
	const char *fresh = mem_printf(mem, "%s.new", path);
	FILE *file = fopen(fresh, "we");
	bool good;

	if (!file)
		return diag_set(reterr, -errno, "%s: %m", fresh);
	for (size_t i = 0; i < items->count; i++) {
		fputs(items->items[i].name, file);
		if (items->items[i].index != SIM_NO_INDEX)
			fprintf(file, "[%d]", items->items[i].index);
		fputs(" = ", file);
		write_value(file, items->items[i].value);
	}
	good = !ferror(file);
	if (fclose(file) != 0 || !good || rename(fresh, path) != 0)
		return diag_set(reterr, -EIO, "%s cannot be written: %m", path);
	return 0;
}

bool sim_name_is_valid(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || strchr("-_*", *name)))
			return false;
	return true;
}

bool sim_name_is_secret(const char *name)
{
	static const char *const patterns[] = {"*-pwd",
					       "*-pwd-*",
					       "*passw*word",
					       "*-tan",
					       "*-pin*",
					       "*-client-certificate",
					       "*-server-certificate",
					       "secure-mode-data"};

	for (size_t i = 0; i < COUNT_OF(patterns); i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}
