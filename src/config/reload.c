/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse.h"
#include "table.h"

struct change {
	const char *file;
	struct buf *errors;
	void *scratch;
	size_t count;
};

static const void *find(const struct config *config, const struct config_section *section,
			const char *name)
{
	for (size_t i = 0; i < config_section_count(config, section); i++) {
		const void *data = config_section_at(config, section, i);

		if (!name || strcmp(config_section_name(data), name) == 0)
			return data;
	}
	return NULL;
}

/* Whether sections may come and go. */
static bool is_fixed(const struct config_section *section)
{
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_keys[i].section == section && !config_keys[i].reload)
			return true;
	return false;
}

static void compare_key(struct change *change, const struct config_key *key, const char *label,
			const void *now, const void *next)
{
	struct buf *before = buf_new(change->scratch);
	struct buf *after = buf_new(change->scratch);
	char quoted[2][QUOTE_MAX];

	config_unparse(key, now, before);
	config_unparse(key, next, after);
	if (strcmp(before->data, after->data) == 0)
		return;
	change->count++;
	buf_printf(change->errors, "%s: %s %s: %s is in force, and %s takes effect at a restart\n",
		   change->file, label, key->name, config_quote(quoted[0], before->data),
		   config_quote(quoted[1], after->data));
}

static void compare(struct change *change, const struct config_section *section, const char *name,
		    const void *now, const void *next)
{
	const char *label = mem_printf(change->scratch, "[%s%s%s]", section->name, name ? " " : "",
				       name ? name : "");

	if (!now || !next) {
		change->count++;
		buf_printf(change->errors, "%s: %s: %s, which takes effect at a restart\n",
			   change->file, label, now ? "is gone" : "is new");
		return;
	}
	for (size_t i = 0; i < CONFIG_KEY_COUNT; i++)
		if (config_keys[i].section == section && !config_keys[i].reload)
			compare_key(change, &config_keys[i], label, now, next);
}

int config_check_reload(const struct config *now, const struct config *next, struct buf *errors)
{
	CLEANUP(mem_freep) void *scratch = mem_root("config_check_reload");
	struct change change = {.file = next->file, .errors = errors, .scratch = scratch};

	for (size_t i = 0; i < CONFIG_SECTION_COUNT; i++) {
		const struct config_section *section = &config_sections[i];

		if (!is_fixed(section))
			continue;
		for (size_t n = 0; n < config_section_count(now, section); n++) {
			const void *data = config_section_at(now, section, n);
			const char *name = section->many ? config_section_name(data) : NULL;

			compare(&change, section, name, data, find(next, section, name));
		}
		for (size_t n = 0; section->many && n < config_section_count(next, section); n++) {
			const void *data = config_section_at(next, section, n);
			const char *name = config_section_name(data);

			if (!find(now, section, name))
				compare(&change, section, name, NULL, data);
		}
	}
	return change.count ? -E_CONFIG : 0;
}
