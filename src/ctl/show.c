/* SPDX-License-Identifier: MIT */
#include "ctl/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/zone.h"
#include "ctl/table.h"

enum { COLUMNS_MAX = 16 };

/* Bytes of what is no text or number in a row of a list; --json has the whole. */
enum { CELL_MAX = 60 };

enum how { PLAIN, TIME, SPAN, SECRET, VALUES };

static const struct field {
	const char *name;
	enum how how;
} fields[] = {
#define FIELD(name, how) {#name, how},
#include "ctl/fields.def"
#undef FIELD
};

static enum how how_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (strcmp(fields[i].name, name) == 0)
			return fields[i].how;
	return PLAIN;
}

/* NULL: UTC. */
static const struct zone *zone;

void ctl_show_use_zone(const char *name)
{
	if (!name || zone_find(name, &zone, NULL) < 0)
		zone = NULL;
}

static const char *zone_words(void)
{
	return zone ? zone_name(zone) : "UTC";
}

static const char *show_time(void *mem, int64_t at)
{
	int64_t local = zone ? at + zone_offset(zone, at) : at;
	int64_t second = civil_modulo(local, CIVIL_DAY_S);
	char date[CIVIL_DATE_MAX];

	if (at == 0)
		return "";
	civil_format_date(date, civil_floor(local, CIVIL_DAY_S));
	return mem_printf(mem, "%s %02d:%02d:%02d", date, (int)(second / 3600),
			  (int)(second / 60 % 60), (int)(second % 60));
}

static const char *show_span(void *mem, int64_t seconds)
{
	int64_t days = seconds / 86400;
	int64_t hours = seconds / 3600 % 24;
	int64_t minutes = seconds / 60 % 60;

	if (days)
		return mem_printf(mem, "%" PRId64 "d %" PRId64 "h", days, hours);
	if (hours)
		return mem_printf(mem, "%" PRId64 "h %" PRId64 "min", hours, minutes);
	if (minutes)
		return mem_printf(mem, "%" PRId64 "min %" PRId64 "s", minutes, seconds % 60);
	return mem_printf(mem, "%" PRId64 "s", seconds);
}

static const char *show_integer(void *mem, const char *name, int64_t n)
{
	switch (how_of(name)) {
	case TIME:
		return show_time(mem, n);
	case SPAN:
		return show_span(mem, n);
	default:
		return mem_printf(mem, "%" PRId64, n);
	}
}

/* A name with its value, or with the mark that it is secret, and nothing else. */
static bool is_pair(const json_t *object)
{
	size_t others = (json_object_get(object, "value") != NULL) +
			(json_object_get(object, "secret") != NULL);

	return others && json_is_string(json_object_get(object, "name")) &&
	       json_object_size(object) == 1 + others;
}

static const char *show_pair(void *mem, const json_t *object)
{
	const char *value = ctl_show_field(mem, "value", json_object_get(object, "value"));

	if (!*value)
		value = ctl_show_field(mem, "secret", json_object_get(object, "secret"));
	return mem_printf(mem, "%s=%s", json_string_value(json_object_get(object, "name")), value);
}

/* "at 2026-05-31 14:59:00, address ::1"; what has a name and a value, "name=value". */
static const char *show_members(void *mem, const json_t *object)
{
	struct buf *buf = buf_new(mem);
	const char *name;
	json_t *value;

	if (is_pair(object))
		return show_pair(mem, object);
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const char *text = ctl_show_field(mem, name, value);

		if (*text)
			buf_printf(buf, "%s%s %s", buf->len ? ", " : "", name, text);
	}
	return buf->data ? buf->data : "";
}

/* Names that somebody asked for, each with its value: to have none is an answer, too. */
static const char *show_values(void *mem, const json_t *object)
{
	struct buf *buf = buf_new(mem);
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const char *text = ctl_show_field(mem, "", value);

		buf_printf(buf, "%s%s %s", buf->len ? ", " : "", name, *text ? text : "''");
	}
	return buf->data ? buf->data : "";
}

/* Texts and numbers with commas between them, anything else with semicolons. */
static const char *show_array(void *mem, const char *name, const json_t *array)
{
	struct buf *buf = buf_new(mem);
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		bool is_long = json_is_object(item) && !is_pair(item);

		if (i > 0)
			buf_adds(buf, is_long ? "; " : ", ");
		buf_adds(buf, ctl_show_field(mem, name, item));
	}
	return buf->data ? buf->data : "";
}

const char *ctl_show_field(void *mem, const char *name, const json_t *value)
{
	if (!value || json_is_null(value))
		return "";
	if (json_is_string(value) && how_of(name) == SECRET)
		return "(set)";
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	if (json_is_integer(value))
		return show_integer(mem, name, json_integer_value(value));
	if (json_is_array(value))
		return show_array(mem, name, value);
	if (json_is_object(value))
		return how_of(name) == VALUES ? show_values(mem, value) : show_members(mem, value);
	return mem_printf(mem, "%g", json_number_value(value));
}

/* A field by itself: nothing above it names the zone. */
static const char *show_alone(void *mem, const char *name, const json_t *value)
{
	const char *text = ctl_show_field(mem, name, value);

	if (!*text || how_of(name) != TIME || !json_is_integer(value))
		return text;
	return mem_printf(mem, "%s %s", text, zone_words());
}

static void add_word(struct buf *buf, const char *word)
{
	if (word && *word)
		buf_printf(buf, "%s%s", buf->len ? " " : "", word);
}

static void add_changes(void *mem, struct buf *buf, const json_t *before, const json_t *after)
{
	const char *divider = ": ";
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)after, name, value)
	{
		const char *was = ctl_show_field(mem, "", json_object_get(before, name));
		const char *is = ctl_show_field(mem, "", value);

		if (!*was && !*is)
			continue;
		buf_printf(buf, "%s%s ", divider, name);
		if (before)
			buf_printf(buf, "'%s' to ", was);
		buf_printf(buf, "'%s'", is);
		divider = ", ";
	}
}

/* What a report says of a line of a file: "line 3: changed 7C2F80E0D605: name 'a' to 'b'". */
static const char *show_told(void *mem, const json_t *told)
{
	static const char *const words[] = {"change", "fate", "object", "name", "text"};
	struct buf *buf = buf_new(mem);

	buf_printf(buf, "line %lld:", (long long)json_integer_value(json_object_get(told, "line")));
	for (size_t i = 0; i < COUNT_OF(words); i++)
		add_word(buf, json_string_value(json_object_get(told, words[i])));
	add_changes(mem, buf, json_object_get(told, "before"), json_object_get(told, "after"));
	return buf->data;
}

static bool is_report(const json_t *value)
{
	return json_is_array(value) && json_object_get(json_array_get(value, 0), "line");
}

static void object_rows(void *mem, const char *prefix, const json_t *object,
			struct ctl_table *table)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		const char *path = mem_printf(mem, "%s%s", prefix, name);
		size_t i;
		json_t *item;

		if (json_is_object(value) && json_object_size(value)) {
			object_rows(mem, mem_printf(mem, "%s.", path), value, table);
			continue;
		}
		if (!is_report(value) && (!json_is_array(value) || json_array_size(value) < 2)) {
			ctl_table_row(table, (const char *[]){path, show_alone(mem, name, value)});
			continue;
		}
		/* sentences rather than words: a line for each */
		json_array_foreach(value, i, item)
		{
			const char *text = is_report(value) ? show_told(mem, item)
							    : show_alone(mem, name, item);

			ctl_table_row(table, (const char *[]){i ? " " : path, text});
		}
	}
}

void ctl_show_object(void *mem, const json_t *object, struct buf *out)
{
	struct ctl_table *table = ctl_table_new(mem, 2);

	object_rows(mem, "", object, table);
	ctl_table_print(table, out);
}

/* The column's name up to its first alternative, in capitals: "seen_at" is SEEN, with the zone. */
static const char *head_of(void *mem, const char *column)
{
	char *head = mem_strndup(mem, column, strcspn(column, "|"));
	size_t len = strlen(head);
	bool is_time = how_of(head) == TIME;

	if (len > 3 && strcmp(head + len - 3, "_at") == 0)
		head[len - 3] = '\0';
	for (char *c = head; *c; c++)
		*c = *c == '_' ? '-' : (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	return is_time ? mem_printf(mem, "%s (%s)", head, zone_words()) : head;
}

static size_t columns_split(void *mem, const struct ctl_list *list, char **columns)
{
	char *rest = mem_strdup(mem, list->columns);
	char *column;
	size_t count = 0;

	while (count < COLUMNS_MAX && (column = strsep(&rest, " ")) != NULL)
		columns[count++] = column;
	return count;
}

struct ctl_table *ctl_show_list_head(void *mem, const struct ctl_list *list, bool bold)
{
	char *columns[COLUMNS_MAX];
	const char *heads[COLUMNS_MAX];
	CLEANUP(mem_freep) void *here = mem_root("heads");
	size_t count = columns_split(here, list, columns);
	struct ctl_table *table = ctl_table_new(mem, count);

	for (size_t i = 0; i < count; i++)
		heads[i] = head_of(here, columns[i]);
	ctl_table_head(table, heads, bold);
	return table;
}

/* One that is long would make every other row as long. */
static const char *cell_of(void *mem, const char *name, const json_t *value)
{
	const char *text = ctl_show_field(mem, name, value);
	size_t len = CELL_MAX;

	if ((!json_is_object(value) && !json_is_array(value)) || strlen(text) <= CELL_MAX)
		return text;
	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return mem_printf(mem, "%.*s...", (int)len, text);
}

void ctl_show_list_row(struct ctl_table *table, const struct ctl_list *list, const json_t *row)
{
	char *columns[COLUMNS_MAX];
	const char *cells[COLUMNS_MAX];
	CLEANUP(mem_freep) void *here = mem_root("row");
	size_t count = columns_split(here, list, columns);

	for (size_t i = 0; i < count; i++) {
		char *name;

		cells[i] = "";
		while (!*cells[i] && (name = strsep(&columns[i], "|")) != NULL)
			cells[i] = cell_of(here, name, json_object_get(row, name));
	}
	ctl_table_row(table, cells);
}
