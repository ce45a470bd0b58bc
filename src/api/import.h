/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "api/answer.h"
#include "fleet/import.h"

/* An import on its way through the writer; tables and documents differ in what they write. */
struct api_import {
	struct request *req;
	const struct audit_who *who;
	char *text; /* wiped at the end */
	size_t len;
	bool dry; /* everything is done, and undone before the commit */
	struct import_options options;
	/* On the writer's thread. */
	int (*write)(struct api_import *import, struct change *change);
	/* What the answer says; `r` is what became of it. */
	json_t *(*report)(struct api_import *import);
	struct import_table *(*table)(const struct api_import *import); /* NULL: none yet */
	void *arg;
};

/* What is wrong with a table, by line. */
json_t *api_import_errors(const struct import_table *table);

/* The rows of a table that say something new, or were refused, by line; how many more there are. */
json_t *api_import_rows(const struct import_table *table);
json_int_t api_import_rows_more(const struct import_table *table);

/* Posts it.  What a handler returns. */
int api_import_post(struct api_import *import) MUST_CHECK;
/* Answers with the report as an error: nothing was written. */
int api_import_refuse(struct api_import *import);
