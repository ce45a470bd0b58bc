/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>
#include <strings.h>

#include "config/config.h"
#include "parse.h"
#include "shape.h"

/* A name that is one or two slips away from a known one is taken for a slip. */
enum { SUGGEST_LEN_MAX = 40 };

enum type {
#define NUMBER(name, least, most) TYPE_##name,
#define WORDS(name, ctype, ...) TYPE_##name,
#define PARSED(name, function, shape, expected) TYPE_##name,
#include "config/types.def"
	TYPES_END
};

#define WORDS(name, ctype, ...) static const char *const words_##name[] = {__VA_ARGS__, NULL};
#include "config/types.def"

static const struct config_type types[TYPES_END] = {
#define NUMBER(name, from, to)                                                                     \
	{.least = (from), .most = (to), .expected = "a number from " #from " to " #to},
#define WORDS(name, ctype, ...) {.words = words_##name},
#define PARSED(name, function, shape, what)                                                        \
	{.parse = parse_##function, .print = print_##shape, .expected = (what)},
#include "config/types.def"
};

#define SECTION_ONE(section, text)                                                                 \
	{                                                                                          \
		.name = #section, .size = sizeof(struct config_##section),                         \
		.offset = offsetof(struct config, section), .help = (text)                         \
	}
#define SECTION_MANY(section, text)                                                                \
	{                                                                                          \
		.name = #section, .many = true, .size = sizeof(struct config_##section),           \
		.offset = offsetof(struct config, section##s),                                     \
		.count_offset = offsetof(struct config, section##_count), .help = (text)           \
	}

#define SECTION_ANY(section, text)                                                                 \
	{                                                                                          \
		.name = #section, .many = true, .is_optional = true,                               \
		.size = sizeof(struct config_##section),                                           \
		.offset = offsetof(struct config, section##s),                                     \
		.count_offset = offsetof(struct config, section##_count), .help = (text)           \
	}

const struct config_section config_sections[CONFIG_SECTION_COUNT] = {
#define SECTION(section, many, text) SECTION_##many(section, text),
#include "config/keys.def"
};

#define RELOAD_NO false
#define RELOAD_YES true
#define FIELD(section, field) ((struct config_##section *)0)->field

const struct config_key config_keys[CONFIG_KEY_COUNT] = {
#define KEY(in, key, of, field, value, when, text)                                                 \
	{.section = &config_sections[CONFIG_SECTION_##in],                                         \
	 .name = #key,                                                                             \
	 .type = &types[TYPE_##of],                                                                \
	 .offset = offsetof(struct config_##in, field),                                            \
	 .size = sizeof(FIELD(in, field)),                                                         \
	 .fallback = (value),                                                                      \
	 .reload = RELOAD_##when,                                                                  \
	 .help = (text)},
#include "config/keys.def"
};

const struct config_sample config_samples[] = {
#define SAMPLE(in, called, of, text)                                                               \
	{.section = &config_sections[CONFIG_SECTION_##in],                                         \
	 .name = #called,                                                                          \
	 .key = #of,                                                                               \
	 .value = (text)},
#include "config/keys.def"
	{.section = NULL}};

/* The tables write through offsets: fields and types that do not fit must not compile. */
#define NUMBER(name, least, most) typedef unsigned field_##name;
#define WORDS(name, ctype, ...) typedef ctype field_##name;
#define PARSED(name, function, shape, expected) typedef shape_##shape field_##name;
#include "config/types.def"
#define KEY(section, key, type, field, fallback, reload, help)                                     \
	_Static_assert(__builtin_types_compatible_p(typeof(FIELD(section, field)), field_##type),  \
		       #section "." #key ": the field is not what " #type " needs");
#include "config/keys.def"

#define NAMED_ONE(section)
#define NAMED_MANY(section)                                                                        \
	_Static_assert(offsetof(struct config_##section, name) == 0,                               \
		       #section ": name is not first");
#define NAMED_ANY(section) NAMED_MANY(section)
#define SECTION(section, many, help) NAMED_##many(section)
#include "config/keys.def"

const struct config_section *config_section_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(config_sections); i++)
		if (strcmp(config_sections[i].name, name) == 0)
			return &config_sections[i];
	return NULL;
}

const struct config_key *config_key_find(const struct config_section *section, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(config_keys); i++)
		if (config_keys[i].section == section && strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

/* How many letters must be changed, put in or left out. */
static size_t distance(const char *a, const char *b)
{
	size_t row[SUGGEST_LEN_MAX + 1];
	size_t b_len = strlen(b);

	if (strlen(a) > SUGGEST_LEN_MAX || b_len > SUGGEST_LEN_MAX)
		return SUGGEST_LEN_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);

			diagonal = row[j];
			if (diagonal + 1 < cost)
				cost = diagonal + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
		}
	}
	return row[b_len];
}

static void nearer(const char *name, const char *known, size_t *best, const char **ret)
{
	size_t d = distance(name, known);

	/* Two slips in a short word make another word. */
	if (d > 2 || d * 3 > strlen(known) || (*ret && d >= *best))
		return;
	*best = d;
	*ret = known;
}

const char *config_section_suggest(const char *name)
{
	const char *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < COUNT_OF(config_sections); i++)
		nearer(name, config_sections[i].name, &best, &found);
	return found;
}

const char *config_key_suggest(const struct config_section *section, const char *name)
{
	const char *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < COUNT_OF(config_keys); i++)
		if (config_keys[i].section == section)
			nearer(name, config_keys[i].name, &best, &found);
	return found;
}

const struct config_upstream *config_upstream_find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->upstream_count; i++)
		if (strcmp(config->upstreams[i].name, name) == 0)
			return &config->upstreams[i];
	return NULL;
}

size_t config_section_count(const struct config *config, const struct config_section *section)
{
	size_t count = 1;

	if (section->many)
		memcpy(&count, (const char *)config + section->count_offset, sizeof(count));
	return count;
}

const void *config_section_at(const struct config *config, const struct config_section *section,
			      size_t n)
{
	const char *first = (const char *)config + section->offset;

	if (section->many)
		memcpy(&first, (const char *)config + section->offset, sizeof(first));
	return first + n * section->size;
}

const char *config_section_name(const void *data)
{
	const char *name;

	memcpy(&name, data, sizeof(name));
	return name;
}
