/* SPDX-License-Identifier: MIT */
#include "read.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "config/config.h"
#include "parse.h"

/*
 * Reading goes on behind each error, so that all are told at once.  A section
 * that is not known, or has a bad name, is passed over with its keys: one
 * error, not twenty.  One that is given twice goes on where it was.
 */

void issue_add(struct reading *reading, unsigned line, const char *format, ...)
{
	va_list args;

	if (reading->issue_count++ >= READ_ISSUES_MAX)
		return;
	reading->issues = mem_grow(reading->scratch, reading->issues, sizeof(struct issue),
				   reading->issue_count);
	va_start(args, format);
	reading->issues[reading->issue_count - 1] =
		(struct issue){.line = line, .text = mem_vprintf(reading->scratch, format, args)};
	va_end(args);
}

void warning_add(struct reading *reading, unsigned line, const char *format, ...)
{
	struct config_words *warnings = &reading->config->warnings;
	va_list args;
	char *text;

	if (warnings->count >= READ_ISSUES_MAX)
		return;
	va_start(args, format);
	text = mem_vprintf(reading->scratch, format, args);
	va_end(args);
	*mem_push(reading->config, &warnings->words, &warnings->count) =
		mem_printf(reading->config, "%s:%u: warning: %s", reading->path, line, text);
}

/* Every key of a section begins with its default, read as if it stood in the file. */
static void defaults(struct reading *reading, struct instance *instance)
{
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
		const struct config_key *key = &config_keys[i];
		int r = 0;

		if (key->section != instance->section || !key->fallback)
			continue;
		r = config_parse(&reading->origin, key, key->fallback, instance->data, NULL);
		assert(r >= 0);
		(void)r;
	}
}

static struct instance *instance_add(struct reading *reading, const struct config_section *section,
				     const char *name, unsigned line)
{
	struct instance *instance = mem_new(reading->scratch, struct instance);

	instance->section = section;
	instance->line = line;
	if (section->many) {
		instance->name = mem_strdup(reading->config, name);
		instance->hash = hash_text(name);
		instance->label = mem_printf(reading->scratch, "[%s %s]", section->name, name);
		instance->data = mem_zalloc(reading->scratch, section->size);
		memcpy(instance->data, &instance->name, sizeof(instance->name));
	} else {
		instance->label = mem_printf(reading->scratch, "[%s]", section->name);
		instance->data = (char *)reading->config + section->offset;
	}
	defaults(reading, instance);
	reading->instances = mem_grow(reading->scratch, reading->instances,
				      sizeof(struct instance *), reading->count + 1);
	reading->instances[reading->count++] = instance;
	return instance;
}

static struct instance *instance_find(struct reading *reading, const struct config_section *section,
				      const char *name)
{
	uint64_t hash = hash_text(name);

	for (size_t i = 0; i < reading->count; i++) {
		struct instance *instance = reading->instances[i];

		if (instance->section == section &&
		    (!section->many ||
		     (instance->hash == hash && strcmp(instance->name, name) == 0)))
			return instance;
	}
	return NULL;
}

static size_t instance_count(const struct reading *reading, const struct config_section *section)
{
	size_t count = 0;

	for (size_t i = 0; i < reading->count; i++)
		count += reading->instances[i]->section == section;
	return count;
}

static void section_unknown(struct reading *reading, unsigned line, const char *word)
{
	const char *near = config_section_suggest(word);
	struct buf *known = buf_new(reading->scratch);
	char quoted[QUOTE_MAX];

	if (near) {
		issue_add(reading, line, "[%s]: unknown section; did you mean [%s]?", word, near);
		return;
	}
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++)
		buf_printf(known, "%s[%s%s]", i ? ", " : "", config_sections[i].name,
			   config_sections[i].many ? " NAME" : "");
	issue_add(reading, line, "unknown section %s, expected one of %s",
		  config_quote(quoted, word), known->data);
}

static bool name_is_good(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_.-");

	return len > 0 && len <= READ_NAME_MAX && !name[len];
}

/* `word` and `name` are what stood between the brackets; `name` may be empty. */
static void section_enter(struct reading *reading, unsigned line, const char *word,
			  const char *name)
{
	const struct config_section *section = config_section_find(word);
	struct instance *instance;
	char quoted[QUOTE_MAX];
	size_t most = READ_MANY_MAX;

	if (!section) {
		section_unknown(reading, line, word);
		return;
	}
	if (!section->many && *name) {
		issue_add(reading, line, "[%s]: the section takes no name, found %s", word,
			  config_quote(quoted, name));
		return;
	}
	if (section->many && !name_is_good(name)) {
		issue_add(reading, line,
			  "[%s]: %s is not a name, expected [%s NAME] with 1 to %d letters, "
			  "digits, dots, - or _",
			  word, config_quote(quoted, name), word, READ_NAME_MAX);
		return;
	}
	if (section == &config_sections[CONFIG_SECTION_schedule])
		most = READ_SCHEDULES_MAX;
	instance = instance_find(reading, section, name);
	if (instance && instance->line)
		issue_add(reading, line, "%s: given twice, first in line %u, expected %s",
			  instance->label, instance->line,
			  section->many ? "a name of its own" : "one section");
	else if (instance)
		instance->line = line;
	else if (instance_count(reading, section) < most)
		instance = instance_add(reading, section, name, line);
	else
		issue_add(reading, line, "[%s %s]: too many sections, expected at most %d", word,
			  name, (int)most);
	reading->now = instance;
}

void read_section(struct reading *reading, unsigned line, const char *text)
{
	const char *close = strchr(text, ']');
	char quoted[QUOTE_MAX];
	char *word;
	char *name;

	reading->begun = true;
	reading->now = NULL;
	if (!close) {
		issue_add(reading, line, "%s has no ], expected [section]",
			  config_quote(quoted, text));
		return;
	}
	if (close[1 + strspn(close + 1, " ")]) {
		issue_add(reading, line, "text behind %.*s, expected nothing there",
			  (int)(close + 1 - text), text);
		return;
	}
	word = mem_strndup(reading->scratch, text + 1, (size_t)(close - text - 1));
	word += strspn(word, " ");
	for (size_t len = strlen(word); len > 0 && word[len - 1] == ' ';)
		word[--len] = '\0';
	name = word + strcspn(word, " ");
	if (*name)
		*name++ = '\0';
	section_enter(reading, line, word, name + strspn(name, " "));
}

static void key_unknown(struct reading *reading, unsigned line, bool indented, const char *name)
{
	const struct instance *instance = reading->now;
	const char *near = config_key_suggest(instance->section, name);
	char quoted[QUOTE_MAX];

	if (indented) {
		issue_add(reading, line,
			  "%s: unknown key %s; a value does not go on in the next line",
			  instance->label, config_quote(quoted, name));
		return;
	}
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section *other = &config_sections[i];

		if (!config_key_find(other, name))
			continue;
		issue_add(reading, line, "%s %s: unknown key here, expected in [%s%s]",
			  instance->label, name, other->name, other->many ? " NAME" : "");
		return;
	}
	if (near)
		issue_add(reading, line, "%s %s: unknown key; did you mean %s?", instance->label,
			  name, near);
	else
		issue_add(reading, line, "%s: unknown key %s", instance->label,
			  config_quote(quoted, name));
}

void read_key(struct reading *reading, unsigned line, bool indented, const char *name,
	      const char *value)
{
	struct instance *instance = reading->now;
	struct diag diag = {0};
	const struct config_key *key;
	struct buf *expected;
	char quoted[QUOTE_MAX];
	size_t n;

	if (!instance) {
		if (!reading->begun)
			issue_add(reading, line, "%s stands before the first section",
				  config_quote(quoted, name));
		reading->begun = true;
		return;
	}
	key = config_key_find(instance->section, name);
	if (!key) {
		key_unknown(reading, line, indented, name);
		return;
	}
	n = (size_t)(key - config_keys);
	if (instance->keys[n].line) {
		issue_add(reading, line, "%s %s: given twice, first in line %u, expected once",
			  instance->label, name, instance->keys[n].line);
		return;
	}
	instance->keys[n].line = line;
	if (config_parse(&reading->origin, key, value, instance->data, &diag) >= 0)
		return;
	instance->keys[n].bad = true;
	expected = buf_new(reading->scratch);
	config_expected(key->type, expected);
	issue_add(reading, line, "%s %s: %s, expected %s", instance->label, name, diag.text,
		  expected->data);
}

/* Sections that are many become arrays of their structs. */
static void gather(struct reading *reading, const struct config_section *section)
{
	struct config *config = reading->config;
	char *array = mem_zalloc(config, section->size * (reading->count + 1));
	size_t count = 0;

	for (size_t i = 0; i < reading->count; i++)
		if (reading->instances[i]->section == section)
			memcpy(array + section->size * count++, reading->instances[i]->data,
			       section->size);
	memcpy((char *)config + section->offset, &array, sizeof(array));
	memcpy((char *)config + section->count_offset, &count, sizeof(count));
}

static int by_line(const void *a, const void *b)
{
	const struct issue *one = a;
	const struct issue *two = b;

	if (one->line != two->line)
		return one->line < two->line ? -1 : 1;
	return strcmp(one->text, two->text);
}

static void tell(struct reading *reading, const char *path, struct buf *errors)
{
	size_t told = reading->issue_count;

	if (told > READ_ISSUES_MAX)
		told = READ_ISSUES_MAX;
	qsort(reading->issues, told, sizeof(struct issue), by_line);
	for (size_t i = 0; i < told; i++) {
		const struct issue *issue = &reading->issues[i];

		if (issue->line)
			buf_printf(errors, "%s:%u: %s\n", path, issue->line, issue->text);
		else
			buf_printf(errors, "%s: %s\n", path, issue->text);
	}
	if (reading->issue_count > told)
		buf_printf(errors, "%s: %zu more errors\n", path, reading->issue_count - told);
}

/* The absolute name of `path`, and its directory. */
static void locate(struct reading *reading, const char *path)
{
	char *here = *path == '/' ? NULL : get_current_dir_name();
	const char *file = mem_printf(reading->config, "%s/%s", here ? here : "", path);

	free(here);
	file += strspn(file, "/") - 1;
	reading->config->file = file;
	reading->origin.mem = reading->config;
	reading->origin.dir =
		mem_strndup(reading->config, file, (size_t)(strrchr(file, '/') - file));
}

int config_read_text(void *mem, const char *path, const char *text, size_t len, struct config **ret,
		     struct buf *errors)
{
	CLEANUP(mem_freep) void *scratch = mem_root("config_read");
	struct reading reading = {
		.scratch = scratch, .path = path, .config = mem_new(mem, struct config)};

	locate(&reading, path);
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++)
		if (!config_sections[i].many)
			instance_add(&reading, &config_sections[i], NULL, 0);
	lines_read(&reading, text, len);
	check_all(&reading);
	if (reading.issue_count > 0) {
		tell(&reading, path, errors);
		mem_free(reading.config);
		return -E_CONFIG;
	}
	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++)
		if (config_sections[i].many)
			gather(&reading, &config_sections[i]);
	config_schedule_index(reading.config);
	*ret = reading.config;
	return 0;
}

/* All of a file, one byte more than is allowed at most. */
static int load(const char *path, struct buf *text)
{
	char chunk[16384];
	ssize_t n;
	int r = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = -errno;
			break;
		}
		buf_add(text, chunk, (size_t)n);
		if (text->len > READ_FILE_MAX) {
			r = -EFBIG;
			break;
		}
	}
	close(fd);
	return r;
}

int config_read(void *mem, const char *path, struct config **ret, struct buf *errors)
{
	CLEANUP(mem_freep) void *scratch = mem_root("config_read file");
	struct buf *text = buf_new(scratch);
	int r = load(path, text);

	if (r < 0) {
		buf_printf(errors, "%s: cannot be read: %s\n", path,
			   r == -EFBIG ? "it has more than 4 MiB" : error_text(r));
		return -E_CONFIG;
	}
	return config_read_text(mem, path, text->data, text->len, ret, errors);
}
