/* SPDX-License-Identifier: MIT */
/*
 * What read_mend() leaves is parsed by libxml2, strictly: never in its recovery
 * mode, which drops what it does not understand without a word.  No document
 * type gets so far, so there are no entities that could be expanded, and
 * nothing to fetch.
 *
 * The parser calls back for each element; where it stands (the place of its
 * parent) and its name decide what it is.
 */
#include "render/read.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/read_bytes.h"

DEFINE_CLEANUP(xmlParserCtxt, xmlFreeParserCtxt);

enum place { TOP, PROVISIONING, FIRMWARE, NVM, OPER, CUSTOM, FRAME, PROVIDER, LEAF };

/* Elements without a kind lead to other elements. */
enum { NO_KIND = -1 };

static const struct {
	enum place in;
	const char *name;
	enum place place;
	int kind;
} elements[] = {
	{TOP, "provisioning", PROVISIONING, NO_KIND},
	{TOP, "settings", NVM, NO_KIND},
	{TOP, "ProviderFrame", FRAME, NO_KIND},
	{PROVISIONING, "firmware", FIRMWARE, NO_KIND},
	{PROVISIONING, "nvm", NVM, NO_KIND},
	{PROVISIONING, "custom", CUSTOM, NO_KIND},
	{FIRMWARE, "file", LEAF, READ_FILE},
	{NVM, "param", LEAF, READ_PARAM},
	{NVM, "oper", OPER, READ_OPER},
	{OPER, "param", LEAF, READ_PARAM},
	{CUSTOM, "step", LEAF, READ_STEP},
	{FRAME, "Provider", PROVIDER, NO_KIND},
	{PROVIDER, "SYMB_ITEM", LEAF, READ_SYMB_ITEM},
};

struct reading {
	void *mem;
	struct read_document *document;
	const struct read_limits *limits;
	xmlParserCtxt *ctxt;
	const char *data;
	size_t counted; /* bytes whose lines are counted */
	unsigned line;
	enum place *places; /* of the elements that are open */
	size_t depth;
	size_t elements;
	bool in_text; /* which has been told */
	int result;
	struct diag *reterr;
};

static int refuse(struct reading *in, int r, unsigned line, unsigned column, const char *words)
{
	if (in->result < 0)
		return in->result;
	if (in->reterr) {
		in->reterr->line = line;
		in->reterr->column = column;
	}
	in->result = diag_set(in->reterr, r, "%s", words);
	xmlStopParser(in->ctxt);
	return in->result;
}

/* The line that the parser has come to. */
static unsigned line_now(struct reading *in)
{
	long at = xmlByteConsumed(in->ctxt);

	for (; at > 0 && in->counted < (size_t)at; in->counted++)
		in->line += in->data[in->counted] == '\n';
	return in->line;
}

/* The line on which the tag began that the parser is at the end of. */
static unsigned line_of_tag(struct reading *in)
{
	unsigned line = line_now(in);

	for (size_t at = in->counted; at > 0 && in->data[at - 1] != '<'; at--)
		line -= in->data[at - 1] == '\n';
	return line;
}

/* localname, prefix, URI, value, end of the value */
enum { ATTRIBUTE_PARTS = 5 };

static char *attribute_text(struct reading *in, const xmlChar **attribute)
{
	return mem_strndup(in->mem, (const char *)attribute[3],
			   (size_t)(attribute[4] - attribute[3]));
}

/* NULL when there is none; those with a prefix are not for phones. */
static const char *attribute_get(struct reading *in, const xmlChar **attributes, int count,
				 const char *name)
{
	for (int i = 0; i < count; i++, attributes += ATTRIBUTE_PARTS)
		if (!attributes[1] && strcmp((const char *)attributes[0], name) == 0)
			return attribute_text(in, attributes);
	return NULL;
}

static void attributes_keep(struct reading *in, struct read_item *item, const xmlChar **attributes,
			    int count, const char *but)
{
	for (int i = 0; i < count; i++, attributes += ATTRIBUTE_PARTS) {
		const char *name = (const char *)attributes[0];
		struct read_item *param;

		if (attributes[1] || (but && strcmp(name, but) == 0))
			continue;
		/* It takes as much room as an element. */
		if (in->elements++ >= in->limits->items) {
			refuse(in, -E_XML_LONG, item->line, 0, error_text(-E_XML_LONG));
			return;
		}
		param = mem_push(in->mem, &item->params, &item->param_count);
		param->kind = READ_PARAM;
		param->name = mem_strdup(in->mem, name);
		param->value = attribute_text(in, attributes);
		param->line = item->line;
	}
}

static void take_head(struct reading *in, const xmlChar **attributes, int count)
{
	struct read_document *document = in->document;

	document->version = attribute_get(in, attributes, count, "version");
	document->product_id = attribute_get(in, attributes, count, "productID");
	document->mac = attribute_get(in, attributes, count, "macAddress");
	document->mac_line = line_of_tag(in);
}

/* What a ProviderFrame says of itself; false for anything else. */
static bool take_label(struct reading *in, const char *name, const char *value)
{
	struct read_document *document = in->document;

	if (strcmp(name, "MAC_ADDRESS") == 0) {
		document->mac = value;
		document->mac_line = line_of_tag(in);
	} else if (strcmp(name, "PROFILE_NAME") == 0) {
		document->profile = value;
	} else if (strcmp(name, "VERSION") == 0) {
		document->profile_version = value;
	} else {
		return false;
	}
	return true;
}

static const char *either(const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

static void take_item(struct reading *in, enum read_kind kind, const char *element,
		      const xmlChar **attributes, int count)
{
	static const char *const names[] = {
		[READ_PARAM] = "name",	 [READ_OPER] = "name", [READ_STEP] = "type",
		[READ_SYMB_ITEM] = "ID", [READ_FILE] = NULL,   [READ_SYMBOL] = NULL,
		[READ_OTHER] = NULL,
	};
	struct read_document *document = in->document;
	struct read_item *item;

	if (in->places[in->depth - 1] == OPER) {
		struct read_item *oper = &document->items[document->item_count - 1];

		item = mem_push(in->mem, &oper->params, &oper->param_count);
	} else {
		item = mem_push(in->mem, &document->items, &document->item_count);
	}
	item->kind = kind;
	item->line = line_of_tag(in);
	if (names[kind])
		item->name = either(attribute_get(in, attributes, count, names[kind]), "");
	else
		item->name = mem_strdup(in->mem, element);
	if (kind == READ_FILE || kind == READ_STEP || kind == READ_OTHER) {
		attributes_keep(in, item, attributes, count, names[kind]);
		return;
	}
	item->value = attribute_get(in, attributes, count, "value");
	if (kind == READ_SYMB_ITEM || kind == READ_SYMBOL)
		item->type = attribute_get(in, attributes, count, "class");
}

static int refuse_root(struct reading *in, const char *name)
{
	static const char words[] =
		"the file begins with <%.40s>; a configuration begins with <provisioning>, "
		"<settings> or <ProviderFrame>";

	if (strcmp(name, "nvm") == 0 || strcmp(name, "firmware") == 0)
		return refuse(in, -E_XML_FORMAT, line_of_tag(in), 0,
			      "this file only names others, and holds no parameters; import those "
			      "that it names");
	return refuse(in, -E_XML_FORMAT, line_of_tag(in), 0, mem_printf(in->mem, words, name));
}

static void take(struct reading *in, enum place parent, const char *name,
		 const xmlChar **attributes, int count, enum place *ret)
{
	for (size_t i = 0; i < COUNT_OF(elements); i++) {
		if (elements[i].in != parent || strcmp(elements[i].name, name) != 0)
			continue;
		if (parent == TOP)
			take_head(in, attributes, count);
		if (parent == TOP && elements[i].place == FRAME)
			in->document->format = READ_PROVIDER_FRAME;
		if (elements[i].kind != NO_KIND)
			take_item(in, (enum read_kind)elements[i].kind, name, attributes, count);
		*ret = elements[i].place;
		return;
	}
	*ret = LEAF;
	if (parent == TOP)
		refuse_root(in, name);
	else if (parent == PROVISIONING && strcmp(name, "category") == 0)
		refuse(in, -E_XML_FORMAT, line_of_tag(in), 0,
		       "this file only names others, and holds no parameters; import those that "
		       "it names");
	else if (parent != PROVIDER && parent != FRAME)
		take_item(in, READ_OTHER, name, attributes, count);
	else if (!take_label(in, name, attribute_get(in, attributes, count, "value")))
		take_item(in,
			  attribute_get(in, attributes, count, "value") ? READ_SYMBOL : READ_OTHER,
			  name, attributes, count);
}

static void start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		  int namespaces, const xmlChar **namespace, int count, int defaulted,
		  const xmlChar **attributes)
{
	struct reading *in = arg;
	enum place parent = in->depth ? in->places[in->depth - 1] : TOP;
	enum place place;

	(void)prefix, (void)uri, (void)namespaces, (void)namespace, (void)defaulted;
	in->in_text = false;
	if (in->result < 0)
		return;
	if (in->depth == in->limits->depth) {
		refuse(in, -E_XML_DEPTH, line_of_tag(in), 0, error_text(-E_XML_DEPTH));
		return;
	}
	if (in->elements++ >= in->limits->items) {
		refuse(in, -E_XML_LONG, line_of_tag(in), 0, error_text(-E_XML_LONG));
		return;
	}
	take(in, parent, (const char *)name, attributes, count, &place);
	in->places[in->depth++] = place;
}

static void end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *in = arg;

	(void)name, (void)prefix, (void)uri;
	in->in_text = false;
	in->depth -= in->depth > 0;
}

/* Phones tolerate text between elements; nobody knows of any that means something. */
static void text(void *arg, const xmlChar *s, int len)
{
	struct reading *in = arg;
	bool blank = true;

	for (int i = 0; i < len && blank; i++)
		blank = strchr(" \t\r\n", s[i]) != NULL;
	if (blank || in->in_text || in->result < 0)
		return;
	in->in_text = true;
	read_mend_note(in->mem, &in->document->mends, line_now(in), 0,
		       "text between elements, left out");
}

static void doctype(void *arg, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct reading *in = arg;

	(void)name, (void)external, (void)system;
	refuse(in, -E_XML_DOCTYPE, line_now(in), 0, error_text(-E_XML_DOCTYPE));
}

/* The first one; what follows comes of it. */
static void complain(void *arg, xmlErrorPtr error)
{
	struct reading *in = arg;
	const char *words = error->message ? error->message : "";
	char *line;

	if (error->level != XML_ERR_FATAL || in->result < 0)
		return;
	line = mem_strndup(in->mem, words, strcspn(words, "\n"));
	refuse(in, -E_XML, error->line > 0 ? (unsigned)error->line : 0,
	       error->int2 > 0 ? (unsigned)error->int2 : 0, *line ? line : error_text(-E_XML));
}

static int parse(struct reading *in, const struct buf *bytes)
{
	CLEANUP(xmlFreeParserCtxtp) xmlParserCtxt *ctxt = NULL;

	if (bytes->len == 0)
		return diag_set(in->reterr, -E_XML, "the file is empty");
	ctxt = xmlCreateMemoryParserCtxt(bytes->data, (int)bytes->len);
	if (!ctxt)
		return diag_set(in->reterr, -E_INTERNAL, "libxml2 cannot start to read");
	memset(ctxt->sax, 0, sizeof(*ctxt->sax));
	ctxt->sax->initialized = XML_SAX2_MAGIC;
	ctxt->sax->startElementNs = start;
	ctxt->sax->endElementNs = end;
	ctxt->sax->characters = text;
	ctxt->sax->ignorableWhitespace = text;
	ctxt->sax->cdataBlock = text;
	ctxt->sax->internalSubset = doctype;
	ctxt->sax->serror = complain;
	ctxt->userData = in;
	in->ctxt = ctxt;
	in->data = bytes->data;
	/* NOENT: &amp; as the character that it is, not as a reference to it. */
	xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_NOENT);
	xmlParseDocument(ctxt);
	in->ctxt = NULL;
	if (in->result == 0 && !ctxt->wellFormed)
		return diag_set(in->reterr, -E_XML, "%s", error_text(-E_XML));
	return in->result;
}

static bool is_of_nx70(const struct read_item *item)
{
	static const char *const tables[] = {"SipProvider.", "SipAccount.", "hs.", "DmGlobal."};

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (strncasecmp(item->name, tables[i], strlen(tables[i])) == 0)
			return true;
	return item->kind == READ_OPER;
}

/* Maxwells do without productID, so what the parameters are called has to tell. */
static int format_find(struct read_document *document, struct diag *reterr)
{
	const char *id = document->product_id;

	if (document->format == READ_PROVIDER_FRAME)
		return 0;
	document->format = READ_MAXWELL;
	if (id && strcasecmp(id, "mx3b") != 0 && strcasecmp(id, "e2") != 0)
		return diag_set(reterr, -E_XML_FORMAT,
				"productID is '%.40s'; known are e2 (N530 to N870) and mx3b "
				"(Maxwell)",
				id);
	if (id && strcasecmp(id, "e2") == 0)
		document->format = READ_NX70;
	for (size_t i = 0; i < document->item_count && !id; i++)
		if (is_of_nx70(&document->items[i]))
			document->format = READ_NX70;
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct read_mend *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

int read_document(void *mem, const char *data, size_t len, const struct read_limits *limits,
		  struct read_document **ret, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("read");
	struct read_document *document = mem_new(mem, struct read_document);
	struct reading in = {.mem = document,
			     .document = document,
			     .limits = limits,
			     .line = 1,
			     .places = mem_array(scratch, enum place, limits->depth + 1),
			     .reterr = reterr};
	struct buf *bytes = buf_new(scratch);
	int r = read_mend(document, data, len, bytes, &document->mends, reterr);

	if (r == 0)
		r = parse(&in, bytes);
	if (r == 0)
		r = format_find(document, reterr);
	if (r < 0) {
		mem_free(document);
		return r;
	}
	if (document->mends.count)
		qsort(document->mends.mends, document->mends.count, sizeof(struct read_mend),
		      by_place);
	*ret = document;
	return 0;
}
