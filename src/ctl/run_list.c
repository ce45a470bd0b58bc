/* SPDX-License-Identifier: MIT */
/*
 * A list is as long as it is, its pages are not.  People get one table, whose
 * pages are printed as they come.  With --json there is one document whatever
 * the number of pages: an answer of one page as it came; the rows of several
 * in one array, written one by one, so that no fleet is too large.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "ctl/run.h"
#include "ctl/show.h"
#include "ctl/table.h"

struct pages {
	const struct ctl_run *run;
	const struct ctl_list *list;
	uint64_t left; /* rows that are still wanted */
	size_t count;  /* pages so far */
	struct ctl_table *table;
	bool any;  /* JSON: a row stands before the next one */
	char *key; /* of the last row; NULL: there is no page after it */
};

static int page_get(void *mem, const struct pages *pages, const struct buf **ret_raw, json_t **ret)
{
	const struct ctl_run *run = pages->run;
	struct ctl_request request = run->request;
	struct ctl_answer answer;
	json_t *json;
	int code;

	if (*pages->list->cursor && !ctl_line_value(run->line, "limit"))
		request.path = ctl_request_with(mem, request.path, "limit",
						mem_printf(mem, "%d", CTL_PAGE_MAX));
	if (pages->key)
		request.path = ctl_request_with(mem, request.path, pages->list->cursor, pages->key);
	code = ctl_run_send(mem, run, &request, &answer);
	if (code != CTL_DONE)
		return code;
	json = json_loadb(answer.body->data, answer.body->len, 0, NULL);
	if (!json_is_array(json_object_get(json, pages->list->array))) {
		json_decref(json);
		return ctl_complain(CTL_UNREACHABLE, run->program,
				    "the answer has no list of %s in it", pages->list->array);
	}
	*ret_raw = answer.body;
	*ret = json;
	return CTL_DONE;
}

/* The key of the last row, if there are more pages and they are wanted. */
static void key_next(void *mem, struct pages *pages, const json_t *page)
{
	const json_t *rows = json_object_get(page, pages->list->array);
	const json_t *next = json_object_get(page, "next");
	const json_t *last = json_array_get(rows, json_array_size(rows) - 1);
	const json_t *key = json_object_get(last, pages->list->key);
	char *before = pages->key;

	pages->key = NULL;
	if (next && !json_is_null(next) && *pages->list->cursor && key && pages->left > 0)
		pages->key = mem_strdup(mem, ctl_show_field(mem, pages->list->key, key));
	/* a server that stands still would have us ask for ever */
	if (before && pages->key && strcmp(before, pages->key) == 0)
		pages->key = NULL;
	mem_free(before);
}

static void row_json(struct pages *pages, const json_t *row)
{
	char *text = json_dumps(row, JSON_COMPACT);

	printf("%s%s", pages->any ? "," : "", text ? text : "null");
	pages->any = true;
	free(text);
}

static void page_print(void *mem, struct pages *pages, const struct buf *raw, const json_t *page)
{
	const struct ctl_options *options = &pages->run->line->options;
	const json_t *rows = json_object_get(page, pages->list->array);
	size_t count = json_array_size(rows);
	struct buf *out = buf_new(mem);

	if (count > pages->left)
		count = (size_t)pages->left;
	pages->left -= count;
	key_next(pages->run->connection, pages, page);
	if (options->json && pages->count == 0 && !pages->key) {
		ctl_run_print(raw, true);
		return;
	}
	if (options->json && pages->count == 0)
		printf("{\"%s\":[", pages->list->array);
	for (size_t i = 0; i < count; i++) {
		if (options->json)
			row_json(pages, json_array_get(rows, i));
		else
			ctl_show_list_row(pages->table, pages->list, json_array_get(rows, i));
	}
	if (options->json && !pages->key)
		printf("]}\n");
	if (!options->json) {
		ctl_table_print(pages->table, out);
		ctl_run_print(out, false);
	}
}

/* What people should know beside the rows. */
static void notes_print(const json_t *page)
{
	const json_t *notes = json_object_get(page, "notes");
	const json_t *note;
	size_t i;

	json_array_foreach((json_t *)notes, i, note)
	{
		CLEANUP(mem_freep) char *text = NULL;

		if (!json_is_string(note))
			continue;
		text = mem_strdup(NULL, json_string_value(note));
		ctl_defuse(text);
		printf("note: %s\n", text);
	}
}

int ctl_run_list(void *mem, const struct ctl_run *run)
{
	const struct ctl_value *limit = ctl_line_value(run->line, "limit");
	struct pages pages = {.run = run, .list = ctl_list_of(run->line->verb)};
	bool bold = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	if (!limit || !text_to_uint(limit->text, INT32_MAX, &pages.left))
		pages.left = UINT64_MAX;
	do {
		CLEANUP(mem_freep) void *here = mem_root("page");
		CLEANUP(json_decrefp) json_t *page = NULL;
		const struct buf *raw = NULL;
		int code = page_get(here, &pages, &raw, &page);

		if (code != CTL_DONE)
			return code;
		if (!pages.table)
			pages.table = ctl_show_list_head(mem, pages.list, bold);
		page_print(here, &pages, raw, page);
		if (!run->line->options.json)
			notes_print(page);
		pages.count++;
	} while (pages.key);
	return CTL_DONE;
}
