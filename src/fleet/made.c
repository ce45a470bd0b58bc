/* SPDX-License-Identifier: MIT */
#include "fleet/made.h"

#include <string.h>

#include "base/mem.h"
#include "fleet/diff.h"
#include "render/document.h"
#include "store/handset.h"

struct search {
	void *mem;
	const char *name;
	struct made *made;
	struct diag *reterr;
};

/* Does the parameter come of what `less` lacks and `all` has? */
static int looks_for(const struct search *search, const struct document *less,
		     const struct document *all, const char *from)
{
	struct difference *differences;
	size_t count;
	int r = diff_documents(search->mem, less, all, false, &differences, &count, search->reterr);

	for (size_t i = 0; i < count && r == 0; i++) {
		const struct difference *difference = &differences[i];

		if (strcmp(difference->kind, "param") != 0 || difference->in ||
		    !difference->after || strcmp(difference->name, search->name) != 0)
			continue;
		*search->made = (struct made){from, difference->after, difference->is_secret};
		return 1;
	}
	return r;
}

static int in_lines(const struct search *search, const struct document *document)
{
	struct document_line *lines =
		mem_array(search->mem, struct document_line, document->line_count + 1);
	struct document less = *document;
	int r = 0;

	less.lines = lines;
	less.line_count = 0;
	/* With one more each time: what a line takes away is another one's, or its being off. */
	for (size_t i = 0; i < document->line_count && r == 0; i++) {
		struct document more = less;

		lines[i] = document->lines[i];
		more.line_count = i + 1;
		less.line_count = i;
		r = looks_for(search, &less, &more,
			      mem_printf(search->mem, "line %d", lines[i].line->slot));
	}
	return r;
}

/* Its name holds the handset's key. */
static const char *handset_of(const struct search *search, const struct document *document)
{
	for (size_t i = 0; i < document->handset_count; i++) {
		char text[IPUI_LEN + 1];
		const char *key = handset_key(document->handsets[i].handset, text);

		if (strstr(search->name, mem_printf(search->mem, ".%s.", key)))
			return mem_printf(search->mem, "handset:%s", key);
	}
	return "handsets";
}

static int in_servers(const struct search *search, const struct document *document)
{
	struct document all = *document;
	int r = 0;

	/* Whoever uses a server cannot be written without it. */
	all.line_count = all.handset_count = 0;
	for (size_t i = 0; i < document->server_count && r == 0; i++) {
		struct document one = all, none = all;

		one.servers = &document->servers[i];
		one.server_count = 1;
		none.server_count = 0;
		r = looks_for(search, &none, &one,
			      mem_printf(search->mem, "sip:%s", document->servers[i].name));
	}
	return r;
}

int made_find(void *mem, const struct document *document, const char *name, struct made *ret,
	      struct diag *reterr)
{
	const struct search search = {mem, name, ret, reterr};
	struct document all = *document, less;
	int r;

	/* These have rules of their own about handsets, and are no parameters. */
	all.delete_not_provisioned = false;
	all.oper_count = all.operation_count = 0;
	r = in_lines(&search, &all);
	less = all;
	less.handset_count = 0;
	if (r == 0 && all.handset_count)
		r = looks_for(&search, &less, &all, handset_of(&search, &all));
	if (r == 0)
		r = in_servers(&search, &all);
	less = all;
	less.schedule = NULL;
	if (r == 0 && all.schedule)
		r = looks_for(&search, &less, &all,
			      mem_printf(mem, "schedule:%s", all.schedule->name));
	return r;
}
