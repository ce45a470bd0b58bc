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

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/param.h"
#include "render/read_bytes.h"
#include "render/sax.h"

enum place {
	TOP,
	PROVISIONING,
	FIRMWARE,
	IN_FIRMWARE,
	NVM,
	OPER,
	CUSTOM,
	IN_CUSTOM,
	FRAME,
	PROVIDER,
	HL,
	CONFIG,
	LEAF,
};

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
	{TOP, "hl_provision", HL, NO_KIND},
	{PROVISIONING, "firmware", FIRMWARE, NO_KIND},
	{PROVISIONING, "nvm", NVM, NO_KIND},
	{PROVISIONING, "custom", CUSTOM, NO_KIND},
	{FIRMWARE, "file", IN_FIRMWARE, READ_FILE},
	{NVM, "param", LEAF, READ_PARAM},
	{NVM, "oper", OPER, READ_OPER},
	{OPER, "param", LEAF, READ_PARAM},
	{CUSTOM, "step", IN_CUSTOM, READ_STEP},
	{FRAME, "Provider", PROVIDER, NO_KIND},
	{PROVIDER, "SYMB_ITEM", LEAF, READ_SYMB_ITEM},
	{HL, "config", CONFIG, NO_KIND},
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
	bool texts;   /* the element that begun last may have one */
	struct buf *text;
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

static char *attribute_text(struct reading *in, const xmlChar **attribute)
{
	return mem_strndup(in->mem, (const char *)attribute[3],
			   (size_t)(attribute[4] - attribute[3]));
}

/* NULL when there is none; those with a prefix are not for phones. */
static const char *attribute_get(struct reading *in, const xmlChar **attributes, int count,
				 const char *name)
{
	for (int i = 0; i < count; i++, attributes += SAX_ATTRIBUTE_PARTS)
		if (!attributes[1] && strcmp((const char *)attributes[0], name) == 0)
			return attribute_text(in, attributes);
	return NULL;
}

/* What is not kept anywhere is told; `known` NULL: all that have no prefix are. */
static void attributes_tell(struct reading *in, const xmlChar **attributes, int count,
			    const char *const known[])
{
	for (int i = 0; i < count; i++, attributes += SAX_ATTRIBUTE_PARTS) {
		const char *name = (const char *)attributes[0];
		bool is_known = !known && !attributes[1];

		for (size_t n = 0; known && known[n] && !attributes[1] && !is_known; n++)
			is_known = strcmp(known[n], name) == 0;
		if (!is_known)
			read_mend_note(in->mem, &in->document->mends, line_of_tag(in), 0,
				       mem_printf(in->mem, "the attribute %.64s, left out", name));
	}
}

static void attributes_keep(struct reading *in, struct read_item *item, const xmlChar **attributes,
			    int count, const char *but)
{
	for (int i = 0; i < count; i++, attributes += SAX_ATTRIBUTE_PARTS) {
		const char *name = (const char *)attributes[0];
		struct read_item *param;

		if (attributes[1] || strcmp(name, but) == 0)
			continue; /* those with a prefix are told */
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

static enum read_place place_of(enum place place)
{
	if (place == FIRMWARE || place == IN_FIRMWARE)
		return READ_IN_FIRMWARE;
	return place == CUSTOM || place == IN_CUSTOM ? READ_IN_CUSTOM : READ_ELSEWHERE;
}

/* <provisioning> and <firmware> or <custom> stand around what is directly in its place. */
enum { DEPTH_OF_PLACE = 2 };

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

static bool keeps_attributes(enum read_kind kind)
{
	return kind == READ_FILE || kind == READ_STEP || kind == READ_OTHER;
}

static struct read_item *item_new(struct reading *in, enum place parent)
{
	struct read_document *document = in->document;
	struct read_item *oper;

	if (parent != OPER)
		return mem_push(in->mem, &document->items, &document->item_count);
	oper = &document->items[document->item_count - 1];
	return mem_push(in->mem, &oper->params, &oper->param_count);
}

static void take_item(struct reading *in, enum read_kind kind, const char *element,
		      const xmlChar **attributes, int count)
{
	/* What its name stands in comes first; where that is none, it is that of the element. */
	static const char *const known[][4] = {
		[READ_PARAM] = {"name", "value"},
		[READ_OPER] = {"name", "value"},
		[READ_STEP] = {"type"},
		[READ_SYMB_ITEM] = {"ID", "value", "class"},
		[READ_SYMBOL] = {"", "value", "class"},
		[READ_PCODE] = {"", "para"},
		[READ_FILE] = {""},
		[READ_OTHER] = {""},
	};
	enum place parent = in->places[in->depth - 1];
	struct read_item *item = item_new(in, parent);
	const char *name = known[kind][0];

	item->kind = kind;
	item->line = line_of_tag(in);
	item->name = *name ? either(attribute_get(in, attributes, count, name), "")
			   : mem_strdup(in->mem, element);
	item->place = place_of(parent);
	if (item->place != READ_ELSEWHERE)
		item->depth = (unsigned)in->depth - DEPTH_OF_PLACE;
	attributes_tell(in, attributes, count, keeps_attributes(kind) ? NULL : known[kind]);
	in->texts = parent != OPER && (keeps_attributes(kind) || kind == READ_PCODE);
	if (keeps_attributes(kind)) {
		attributes_keep(in, item, attributes, count, name);
		return;
	}
	item->value = kind == READ_PCODE ? "" : attribute_get(in, attributes, count, "value");
	if (kind == READ_SYMB_ITEM || kind == READ_SYMBOL)
		item->type = attribute_get(in, attributes, count, "class");
	else if (kind == READ_PCODE)
		item->type = attribute_get(in, attributes, count, "para");
}

static int refuse_root(struct reading *in, const char *name)
{
	static const char words[] =
		"the file begins with <%.40s>; a configuration begins with <provisioning>, "
		"<settings>, <ProviderFrame> or <hl_provision>";

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
		if (parent == TOP && elements[i].place == HL)
			in->document->format = READ_XSTIM;
		if (elements[i].kind != NO_KIND)
			take_item(in, (enum read_kind)elements[i].kind, name, attributes, count);
		*ret = elements[i].place;
		return;
	}
	*ret = place_of(parent) == READ_IN_FIRMWARE ? IN_FIRMWARE
	       : place_of(parent) == READ_IN_CUSTOM ? IN_CUSTOM
						    : LEAF;
	if (parent == TOP)
		refuse_root(in, name);
	else if (parent == PROVISIONING && strcmp(name, "category") == 0)
		refuse(in, -E_XML_FORMAT, line_of_tag(in), 0,
		       "this file only names others, and holds no parameters; import those that "
		       "it names");
	else if (parent == CONFIG && param_code(name))
		take_item(in, READ_PCODE, name, attributes, count);
	else if (parent != PROVIDER && parent != FRAME)
		take_item(in, READ_OTHER, name, attributes, count);
	else if (!take_label(in, name, attribute_get(in, attributes, count, "value")))
		take_item(in,
			  attribute_get(in, attributes, count, "value") ? READ_SYMBOL : READ_OTHER,
			  name, attributes, count);
}

/* The text before an element's end, or before what it holds, is its own; blanks alone are none. */
static void text_end(struct reading *in)
{
	const char *text = in->text->data;
	size_t len = in->text->len;
	struct read_item *item;

	if (!in->texts)
		return;
	in->texts = false;
	item = &in->document->items[in->document->item_count - 1];
	if (len > 0 && item->kind == READ_PCODE)
		while (strchr(" \t\r\n", text[len - 1]) && --len > 0)
			;
	for (; len > 0 && item->kind == READ_PCODE && strchr(" \t\r\n", *text); len--)
		text++;
	if (len > 0 && strspn(text, " \t\r\n") < len)
		item->value = mem_strndup(in->mem, text, len);
	buf_cut(in->text, 0);
	/* <mac para="Mac"> of an hl_provision, which may be empty. */
	if (item->kind == READ_OTHER && in->document->format == READ_XSTIM &&
	    in->places[in->depth - 2] == HL && strcmp(item->name, "mac") == 0) {
		in->document->mac = item->value;
		in->document->mac_line = item->line;
		in->document->item_count--;
	}
}

static void start(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
		  int namespaces, const xmlChar **namespace, int count, int defaulted,
		  const xmlChar **attributes)
{
	struct reading *in = arg;
	enum place parent = in->depth ? in->places[in->depth - 1] : TOP;
	enum place place;

	(void)uri, (void)namespaces, (void)namespace, (void)defaulted;
	in->in_text = false;
	text_end(in);
	if (in->result < 0)
		return;
	if (prefix)
		read_mend_note(in->mem, &in->document->mends, line_of_tag(in), 0,
			       mem_printf(in->mem, "the prefix %.64s, left out", prefix));
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
	text_end(in);
	in->depth -= in->depth > 0;
}

/* Phones tolerate text between elements; nobody knows of any that means something. */
static void text(void *arg, const xmlChar *s, int len)
{
	struct reading *in = arg;
	bool blank = true;

	if (in->texts) {
		buf_add(in->text, (const char *)s, (size_t)len);
		return;
	}

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
	static const struct sax sax = {
		.start = start, .end = end, .text = text, .doctype = doctype, .complain = complain};
	int r;

	if (bytes->len == 0)
		return diag_set(in->reterr, -E_XML, "the file is empty");
	in->data = bytes->data;
	r = sax_parse(&sax, in, &in->ctxt, bytes->data, bytes->len, in->reterr);
	if (r < 0)
		return r;
	if (in->result == 0 && r == 0)
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

	if (document->format == READ_PROVIDER_FRAME || document->format == READ_XSTIM)
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
			     .text = buf_new(scratch),
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
