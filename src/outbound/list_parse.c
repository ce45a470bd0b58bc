/* SPDX-License-Identifier: MIT */
#include "list_parse.h"

#include <libxml/parser.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/mac.h"

enum { COLUMNS = 4, TEXT_MAX = 4096, DEPTH_MAX = 16 };

struct list_parse {
	xmlParserCtxtPtr parser;
	upstream_each *each;
	void *arg;
	size_t rows_max;
	size_t rows;
	unsigned depth;	 /* of elements */
	unsigned arrays; /* 1: the list, 2: a row */
	unsigned column;
	bool is_fault;
	bool is_typed;	  /* the value has an element of its own around its text */
	struct buf *text; /* of the value, or the fault */
	struct buf *columns[COLUMNS];
	int result;
	const char *words;
};

static void stop(struct list_parse *parse, int r, const char *words)
{
	if (parse->result < 0)
		return;
	parse->result = r;
	parse->words = words;
	xmlStopParser(parse->parser);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	struct list_parse *parse = arg;
	const char *word = (const char *)name;

	(void)attributes;
	if (++parse->depth > DEPTH_MAX) {
		stop(parse, -E_UPSTREAM_ANSWER, "nested too deeply");
	} else if (strcmp(word, "fault") == 0) {
		parse->is_fault = true;
	} else if (strcmp(word, "array") == 0) {
		if (++parse->arrays == 2)
			parse->column = 0;
	} else if (strcmp(word, "value") == 0) {
		buf_cut(parse->text, 0);
		parse->is_typed = false;
	} else if (strcmp(word, "string") == 0) {
		buf_cut(parse->text, 0);
	}
}

static void on_text(void *arg, const xmlChar *text, int len)
{
	struct list_parse *parse = arg;

	if (parse->is_typed)
		return;
	if (parse->text->len + (size_t)len > TEXT_MAX)
		stop(parse, -E_UPSTREAM_ANSWER, "a value is too long");
	else
		buf_add(parse->text, text, (size_t)len);
}

static void value_end(struct list_parse *parse)
{
	struct buf *text = parse->text;

	if (parse->arrays != 2 || parse->column >= COLUMNS)
		return;
	parse->text = parse->columns[parse->column];
	parse->columns[parse->column++] = text;
}

static const char *column(const struct list_parse *parse, unsigned n)
{
	return parse->columns[n]->len ? parse->columns[n]->data : "";
}

static void row_end(struct list_parse *parse)
{
	struct upstream_entry entry = {.provider = column(parse, 1), .url = column(parse, 2)};
	int r;

	if (parse->column < COLUMNS - 1 || mac_parse(column(parse, 0), &entry.mac) < 0) {
		stop(parse, -E_UPSTREAM_ANSWER, "a row is not MAC, name, URL and date");
		return;
	}
	if (parse->rows++ == parse->rows_max) {
		stop(parse, -E_UPSTREAM_LONG, NULL);
		return;
	}
	r = parse->each(parse->arg, &entry);
	if (r < 0)
		stop(parse, r, NULL);
}

static void on_end(void *arg, const xmlChar *name)
{
	struct list_parse *parse = arg;
	const char *word = (const char *)name;

	parse->depth--;
	if (strcmp(word, "string") == 0)
		parse->is_typed = true;
	else if (strcmp(word, "value") == 0)
		value_end(parse);
	else if (strcmp(word, "array") == 0 && parse->arrays-- == 2)
		row_end(parse);
}

static void on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
		       const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	stop(arg, -E_UPSTREAM_ANSWER, "it has a document type");
}

static int parse_free(struct list_parse *parse)
{
	xmlFreeParserCtxt(parse->parser);
	return 0;
}

struct list_parse *list_parse_new(void *mem, size_t rows_max, upstream_each *each, void *arg)
{
	struct list_parse *parse = mem_new(mem, struct list_parse);
	xmlSAXHandler sax = {
		.startElement = on_start,
		.endElement = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_doctype,
	};

	parse->each = each;
	parse->arg = arg;
	parse->rows_max = rows_max;
	parse->text = buf_new(parse);
	for (size_t i = 0; i < COLUMNS; i++)
		parse->columns[i] = buf_new(parse);
	parse->parser = xmlCreatePushParserCtxt(&sax, parse, NULL, 0, NULL);
	xmlCtxtUseOptions(parse->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	talloc_set_destructor(parse, parse_free);
	return parse;
}

static int push(struct list_parse *parse, const char *data, size_t len, bool is_last,
		struct diag *reterr)
{
	int code = len > INT_MAX ? -1 : xmlParseChunk(parse->parser, data, (int)len, is_last);

	if (parse->result == 0 && code != 0)
		stop(parse, -E_UPSTREAM_ANSWER, "not well-formed XML");
	if (parse->result < 0)
		return diag_set(reterr, parse->result, "the other server's list: %s",
				parse->words ? parse->words : error_text(parse->result));
	return 0;
}

int list_parse_bytes(struct list_parse *parse, const char *data, size_t len, struct diag *reterr)
{
	return push(parse, data, len, false, reterr);
}

int list_parse_end(struct list_parse *parse, struct diag *reterr)
{
	int r = push(parse, "", 0, true, reterr);

	if (r == 0 && parse->is_fault)
		r = diag_set(reterr, -E_UPSTREAM_ANSWER, "the other server's list: a fault: %.200s",
			     parse->text->len ? parse->text->data : "");
	return r;
}
