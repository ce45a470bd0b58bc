/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "table.h"

/*
 * A file on its way to becoming a configuration: what was found so far, in
 * which line, and everything that is wrong with it.
 */

struct config;

enum {
	READ_LINE_MAX = 1000,	 /* bytes of a line */
	READ_FILE_MAX = 4 << 20, /* bytes of a file */
	READ_NAME_MAX = 32,	 /* bytes of the NAME in [listener NAME] */
	READ_MANY_MAX = 64,	 /* sections of a kind that have a NAME */
	READ_SCHEDULES_MAX = 10000,
	READ_ISSUES_MAX = 100, /* errors that are told; of more, only the number */
};

struct issue {
	unsigned line; /* 0: of the file as a whole */
	const char *text;
};

struct instance {
	const struct config_section *section;
	const char *name;  /* NULL where there is one only */
	uint64_t hash;	   /* of the name */
	const char *label; /* "[listener phones]" */
	void *data;	   /* the section's struct */
	unsigned line;	   /* where it began; 0: it is not in the file */
	struct {
		unsigned line; /* 0: the default holds */
		bool bad;
	} keys[CONFIG_KEY_COUNT];
};

struct reading {
	void *scratch; /* gone when the file is read */
	struct config *config;
	struct config_origin origin;

	struct instance **instances; /* those that are one first, then in the file's order */
	size_t count;
	struct instance *now; /* NULL: before the first section, or in one that is not known */
	bool begun;	      /* there was a section, or text that stood where one was due */

	struct issue *issues;
	const char *path;   /* as errors name the file */
	size_t issue_count; /* may be more than READ_ISSUES_MAX; those are not kept */
};

void issue_add(struct reading *reading, unsigned line, const char *format, ...) PRINTF(3, 4);

/* What is no error; kept in the configuration. */
void warning_add(struct reading *reading, unsigned line, const char *format, ...) PRINTF(3, 4);

/* A line that begins with [. */
void read_section(struct reading *reading, unsigned line, const char *text);
void read_key(struct reading *reading, unsigned line, bool indented, const char *name,
	      const char *value);

/* Takes the text apart with libinih, a line at a time. */
void lines_read(struct reading *reading, const char *text, size_t len);

/* What no single key can tell. */
void check_all(struct reading *reading);

/* Makes the section's struct schedule. */
void check_schedule(struct reading *reading, const struct instance *instance);
