/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * keys.def and types.def as tables: where a key's field is, how text becomes a
 * value of its type, and how the value becomes text again.
 */

struct buf;
struct config;

/* What a parser may need besides the text. */
struct config_origin {
	void *mem;	 /* where values live */
	const char *dir; /* of the ini file: absolute, without a slash at its end */
};

struct config_type {
	const char *const *words; /* of a choice, NULL at the end; NULL: not a choice */
	unsigned least;
	unsigned most; /* of a number */
	int (*parse)(const struct config_origin *origin, const char *value, void *field,
		     struct diag *reterr);
	void (*print)(const void *field, struct buf *buf);
	const char *expected;
};

struct config_section {
	const char *name;
	bool many;
	bool is_optional;    /* shown in the sample as comments */
	size_t size;	     /* of its struct */
	size_t offset;	     /* in struct config: of the struct; of the pointer where `many` */
	size_t count_offset; /* where `many` */
	const char *help;
};

struct config_key {
	const struct config_section *section;
	const char *name;
	const struct config_type *type;
	size_t offset; /* in the section's struct */
	size_t size;
	const char *fallback; /* NULL: must be given */
	bool reload;
	const char *help;
};

struct config_sample {
	const struct config_section *section;
	const char *name;
	const char *key;
	const char *value;
};

enum {
#define SECTION(section, many, help) CONFIG_SECTION_##section,
#include "config/keys.def"
	CONFIG_SECTION_COUNT
};

enum {
#define KEY(section, key, type, field, fallback, reload, help) CONFIG_KEY_##section##_##key,
#include "config/keys.def"
	CONFIG_KEY_COUNT
};

extern const struct config_section config_sections[CONFIG_SECTION_COUNT];
extern const struct config_key config_keys[CONFIG_KEY_COUNT];

/* Ends with a row without a section. */
extern const struct config_sample config_samples[];

/* NULL when there is none. */
const struct config_section *config_section_find(const char *name);
const struct config_key *config_key_find(const struct config_section *section, const char *name);

/*
 * The nearest section's or key's name to one that was mistyped; NULL when none
 * is near.
 */
const char *config_section_suggest(const char *name);
const char *config_key_suggest(const struct config_section *section, const char *name);

/* How often the section is there (1 where it is not `many`), and the n-th one's struct. */
size_t config_section_count(const struct config *config, const struct config_section *section);
const void *config_section_at(const struct config *config, const struct config_section *section,
			      size_t n);

/* Once all are there: for config_schedule_find(). */
void config_schedule_index(struct config *config);

/* Of a section that may be many: the NAME of [section NAME]. */
const char *config_section_name(const void *data);
