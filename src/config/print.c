/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse.h"
#include "table.h"

enum { SAMPLE_COLUMNS = 79 };

static void print_key(const struct config_key *key, const void *data, struct buf *buf)
{
	size_t start;

	buf_printf(buf, "%s = ", key->name);
	start = buf->len;
	config_unparse(key, data, buf);
	if (buf->len == start)
		buf_cut(buf, start - 1);
	buf_addc(buf, '\n');
}

void config_print(const struct config *config, struct buf *buf)
{
	const char *gap = "";

	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section *section = &config_sections[i];

		for (size_t n = 0; n < config_section_count(config, section); n++) {
			const void *data = config_section_at(config, section, n);

			if (section->many)
				buf_printf(buf, "%s[%s %s]\n", gap, section->name,
					   config_section_name(data));
			else
				buf_printf(buf, "%s[%s]\n", gap, section->name);
			for (size_t k = 0; k < CONFIG_KEY_COUNT; k++)
				if (config_keys[k].section == section)
					print_key(&config_keys[k], data, buf);
			gap = "\n";
		}
	}
}

/* Comment lines, broken at blanks. */
static void explain(const char *text, struct buf *buf)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > 0 && column + 1 + word > SAMPLE_COLUMNS) {
			buf_addc(buf, '\n');
			column = 0;
		}
		buf_adds(buf, column ? " " : "# ");
		buf_add(buf, text, word);
		column += (column ? 1 : 2) + word;
		text += word;
		text += strspn(text, " ");
	}
	buf_addc(buf, '\n');
}

static const struct config_sample *sample_find(const struct config_section *section,
					       const char *name, const char *key)
{
	for (const struct config_sample *s = config_samples; s->section; s++)
		if (s->section == section && strcmp(s->name, name) == 0 && strcmp(s->key, key) == 0)
			return s;
	return NULL;
}

/*
 * All keys with what they are; those that the sample sets stand without a #.
 * Of a section that is a comment as a whole, a ; stands before each line.
 */
static void sample_keys(const struct config_section *section, const char *name, struct buf *buf)
{
	const char *mark = section->is_optional ? ";" : "";

	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
		const struct config_key *key = &config_keys[i];
		const struct config_sample *sample;
		struct buf *text;

		if (key->section != section)
			continue;
		sample = name ? sample_find(section, name, key->name) : NULL;
		text = buf_new(NULL);
		buf_adds(text, "value: ");
		config_expected(key->type, text);
		buf_addc(buf, '\n');
		explain(key->help, buf);
		explain(text->data, buf);
		mem_free(text);
		if (sample)
			buf_printf(buf, "%s%s = %s\n", mark, key->name, sample->value);
		else
			buf_printf(buf, "%s#%s =%s%s\n", mark, key->name,
				   key->fallback && *key->fallback ? " " : "",
				   key->fallback ? key->fallback : "");
	}
}

/* The first one of a name explains everything, the others only say what differs. */
static void sample_many(const struct config_section *section, struct buf *buf)
{
	const char *mark = section->is_optional ? ";" : "";
	const char *first = NULL;
	const char *last = NULL;

	for (const struct config_sample *s = config_samples; s->section; s++) {
		if (s->section != section)
			continue;
		if (!last || strcmp(last, s->name) != 0) {
			buf_printf(buf, "%s%s[%s %s]\n", last ? "\n" : "", mark, section->name,
				   s->name);
			last = s->name;
			if (!first) {
				first = s->name;
				sample_keys(section, first, buf);
			}
		}
		if (strcmp(s->name, first) != 0)
			buf_printf(buf, "%s%s = %s\n", mark, s->key, s->value);
	}
}

void config_print_sample(struct buf *buf)
{
	buf_adds(buf,
		 "# Configuration of gigaprovd.\n"
		 "#\n"
		 "# A line that begins with # or ; is a comment; there are none behind values,\n"
		 "# and a value ends with its line.  A key that is commented out shows its\n"
		 "# default.  A section whose lines begin with ; is an example: take the ; away.\n"
		 "# Paths may be relative to this file's directory.\n"
		 "# `gigaprovd --check -c FILE` tells all errors; SIGHUP reads the file again.\n");
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section *section = &config_sections[i];

		buf_addc(buf, '\n');
		buf_addc(buf, '\n');
		explain(section->help, buf);
		if (section->many) {
			sample_many(section, buf);
		} else {
			buf_printf(buf, "[%s]\n", section->name);
			sample_keys(section, NULL, buf);
		}
	}
}
