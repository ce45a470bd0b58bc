/* SPDX-License-Identifier: MIT */
/*
 * Bytes become a device without handsets, in one of the formats that those take.
 * What is written must parse and give back every character; twice the same; and
 * without its secrets when these are not to be shown.  What may not be written is
 * refused.
 */
#include <libxml/parser.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "render/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "hidden-"

/* Names of parameters, which stand in an attribute or between tags. */
static const struct target {
	const char *product, *text, *secret;
	const char *quote; /* what stands around a text inside of its attribute */
} targets[] = {
	{"maxwell3", "WebUI.Language", "WebUI.AdminPassword", ""},
	{"n510", "BS_IP_Data1.aucS_X", "BS_IP_Data1.aucS_Y", "\""},
	{"n720", "BS_IP_Data.aucS_X[%]", "BS_IP_Data.aucS_Y[%]", "\""},
	{"de410", "S_X", "S_Y", ""},
	{"xstim", "P3000", "P1361", ""},
	{"raw", "X", "Y", ""},
};

static void report(const char *what, const struct buf *document)
{
	fprintf(stderr, "%s\n%s\n", what, document ? document->data : "");
	abort();
}

static const char *attribute(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (strcmp((const char *)a->name, name) == 0)
			return a->children ? (const char *)a->children->content : "";
	return NULL;
}

static const char *value_in(const xmlNode *node, const char *name)
{
	for (; node; node = node->next) {
		const char *id, *found;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		id = attribute(node, "ID");
		if (!id)
			id = attribute(node, "name");
		if (!id)
			id = (const char *)node->name;
		if (strcmp(id, name) == 0 && node->children)
			return (const char *)node->children->content;
		if (strcmp(id, name) == 0)
			return attribute(node, "value");
		found = value_in(node->children, name);
		if (found)
			return found;
	}
	return NULL;
}

static void expect(const struct target *target, const struct buf *document, const char *name,
		   const char *value)
{
	CLEANUP(mem_freep) void *mem = mem_root("expect");
	xmlDoc *doc = xmlReadMemory(document->data, (int)document->len, "fuzz.xml", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const char *quoted = mem_printf(mem, "%s%s%s", target->quote, value, target->quote);
	const char *got = doc ? value_in(xmlDocGetRootElement(doc), name) : NULL;

	if (!got || (strcmp(got, quoted) != 0 && strcmp(got, value) != 0))
		report("lost or changed", document);
	xmlFreeDoc(doc);
}

static bool is_bad(const struct target *target, const char *text, size_t len)
{
	if (len == 0 || text_check(text, len, NULL) < 0)
		return true;
	return *target->quote && strchr(text, '"');
}

static void judge(const struct target *target, const struct document *d, const char *text,
		  const char *secret)
{
	CLEANUP(mem_freep) void *mem = mem_root("judge");
	const struct format *format = product_find(target->product)->format;
	bool raw = strcmp(target->product, "raw") == 0;
	struct buf *document = NULL, *again = NULL, *shown = NULL;
	struct diag diag = {0};
	int r = format->render(mem, d, true, &document, &diag);

	if (strstr(diag.text, SECRET))
		report("told in words", NULL);
	if (r < 0) {
		/* Two double quotes around a text are somebody's who knows what he does. */
		if (raw || is_bad(target, text, strlen(text)) ||
		    is_bad(target, secret, strlen(secret)))
			return;
		report("refused", NULL);
	}
	if (format->render(mem, d, true, &again, &diag) < 0 || document->len != again->len ||
	    memcmp(document->data, again->data, again->len) != 0)
		report("not the same twice", again);
	if (format->render(mem, d, false, &shown, &diag) < 0 || strstr(shown->data, SECRET))
		report("shown", shown);
	if (raw)
		return;
	expect(target, document, target->text, text);
	expect(target, document, target->secret, secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	const struct target *target = &targets[size ? data[0] % COUNT_OF(targets) : 0];
	size_t half = size > 1 ? (size - 1) / 2 : 0;
	const char *text = mem_strndup(mem, (const char *)data + (size > 1), half);
	const char *rest = mem_strndup(mem, (const char *)data + (size > 1) + half, half);
	const char *secret = mem_printf(mem, SECRET "%s", rest);
	struct param params[] = {{.name = target->text, .value = text},
				 {.name = target->secret, .secret = secret_new(mem, secret)}};
	struct document_template template = {secret_new(mem, rest), "text/plain"};
	struct document d = {.mac = 0x7c2f80e0d605,
			     .product = target->product,
			     .params = params,
			     .param_count = 2,
			     .template = &template};

	if (strstr(text, SECRET) || strstr(rest, SECRET))
		return 0;
	judge(target, &d, text, secret);
	return 0;
}
