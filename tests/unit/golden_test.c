/* SPDX-License-Identifier: MIT */
/*
 * Every case of tests/golden/nx70: NAME.json is rendered and must give NAME.xml
 * byte for byte, or the error that it expects; so does what fleet keeps of it.
 * The result is also held against the schema and the rules of order, and where
 * there is a NAME.seed.xml, an example from the manufacturer's pages, it must say
 * the same.
 *
 * GOLDEN_UPDATE=1 writes the .xml files; their diff is the review.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "fleet/body.h"
#include "golden_document.h"
#include "golden_file.h"
#include "nx70_rules.h"
#include "render/format.h"

#define DIRECTORY "tests/golden"
#define SCHEMA "tests/data/nx70-1.1.xsd"

static xmlSchema *schema;

struct golden_case {
	const char *format; /* a folder of DIRECTORY */
	const char *name;
};

static int ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && strcmp(s + len - end_len, end) == 0;
}

static int is_case(const struct dirent *entry)
{
	return ends_with(entry->d_name, ".json");
}

/* Names of the cases in `path`, without ".json"; their number, or -1. */
static int case_list(void *mem, const char *path, char ***ret)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_case, alphasort);

	if (count < 0)
		return -1;
	*ret = mem_array(mem, char *, (size_t)count + 1);
	for (int i = 0; i < count; i++) {
		(*ret)[i] = mem_strndup(*ret, entries[i]->d_name, strlen(entries[i]->d_name) - 5);
		free(entries[i]);
	}
	free(entries);
	return count;
}

static void assert_no_secret(const struct golden *g, const char *text)
{
	for (size_t i = 0; i < g->secret_count; i++)
		if (strlen(g->secrets[i]) > 0 && strstr(text, g->secrets[i]))
			fail_msg("a secret shows in: %s", text);
}

/* Of elements that have only text; "" for others. */
static bool texts_equal(xmlNode *a, xmlNode *b)
{
	xmlChar *x = xmlFirstElementChild(a) ? NULL : xmlNodeGetContent(a);
	xmlChar *y = xmlFirstElementChild(b) ? NULL : xmlNodeGetContent(b);
	bool same = xmlStrEqual(x ? x : BAD_CAST "", y ? y : BAD_CAST "");

	xmlFree(x);
	xmlFree(y);
	return same;
}

static bool elements_equal(xmlNode *a, xmlNode *b)
{
	static const char *const attributes[] = {
		"name", "value", "version", "productID", "ID", "class", "type", "url", "flags",
	};
	xmlNode *left, *right;

	if (!a || !b)
		return a == b;
	if (strcmp((const char *)a->name, (const char *)b->name) != 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(attributes); i++) {
		const char *x = nx70_attribute(a, attributes[i]);
		const char *y = nx70_attribute(b, attributes[i]);

		if (!x != !y || (x && strcmp(x, y) != 0))
			return false;
	}
	if (!texts_equal(a, b))
		return false;
	left = xmlFirstElementChild(a);
	right = xmlFirstElementChild(b);
	for (; left && right; left = xmlNextElementSibling(left)) {
		if (!elements_equal(left, right))
			return false;
		right = xmlNextElementSibling(right);
	}
	return !left && !right;
}

/* Next in the document's order, children first; NULL at its end. */
static xmlNode *element_after(xmlNode *node)
{
	xmlNode *next = xmlFirstElementChild(node);

	while (!next && node->parent && node->parent->type == XML_ELEMENT_NODE) {
		next = xmlNextElementSibling(node);
		node = node->parent;
	}
	return next;
}

/* Children of <some> are in the document, in their order, among others. */
static bool has_some(xmlNode *some, xmlNode *root)
{
	xmlNode *want = xmlFirstElementChild(some);

	for (xmlNode *at = root; want && at; at = element_after(at))
		if (elements_equal(want, at))
			want = xmlNextElementSibling(want);
	return !want;
}

/* The example is a document, one block of a document that has nothing else, or <some> of it. */
static void assert_says_the_same(const char *path, xmlDoc *doc)
{
	xmlDoc *seed = xmlReadFile(path, NULL, XML_PARSE_NOENT | XML_PARSE_NONET);
	xmlNode *want, *got = xmlDocGetRootElement(doc);
	bool same;

	assert_non_null(seed);
	want = xmlDocGetRootElement(seed);
	if (strcmp((const char *)want->name, "some") == 0) {
		same = has_some(want, got);
	} else {
		if (strcmp((const char *)want->name, (const char *)got->name) != 0) {
			got = xmlFirstElementChild(xmlFirstElementChild(got));
			assert_null(xmlNextElementSibling(got));
		}
		same = elements_equal(want, got);
	}
	xmlFreeDoc(seed);
	if (!same)
		fail_msg("%s: the document says something else", path);
}

static void assert_nx70(xmlDoc *doc)
{
	xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(schema);
	const char *wrong;

	assert_int_equal(xmlSchemaValidateDoc(context, doc), 0);
	xmlSchemaFreeValidCtxt(context);
	wrong = nx70_check(doc);
	if (wrong)
		fail_msg("%s", wrong);
}

static void assert_valid(const struct golden_case *c, const struct buf *xml)
{
	xmlDoc *doc = xmlReadMemory(xml->data, (int)xml->len, "golden.xml", NULL,
				    XML_PARSE_NOENT | XML_PARSE_NONET);
	char path[300];

	assert_non_null(doc);
	if (strcmp(c->format, "nx70") == 0)
		assert_nx70(doc);
	snprintf(path, sizeof(path), DIRECTORY "/%s/%s.seed.xml", c->format, c->name);
	if (access(path, F_OK) == 0)
		assert_says_the_same(path, doc);
	xmlFreeDoc(doc);
}

static struct buf *render(void *mem, const struct golden *g, struct diag *d, int *ret)
{
	const struct product *product = product_find(g->document.product);
	struct buf *buf = NULL;

	assert_non_null(product);
	*ret = product->format->render(mem, &g->document, g->reveal, &buf, d);
	assert_int_equal(*ret == 0, buf != NULL);
	return buf;
}

/* What is kept of a document renders the same bytes again. */
static void check_body(void *mem, const struct golden *g, const struct buf *xml)
{
	struct golden copy = *g;
	struct diag d = {0};
	const struct buf *body = body_write(mem, &g->document);
	struct document *document;
	int r;

	assert_int_equal(body_read(mem, body->data, body->len, &document), 0);
	copy.document = *document;
	assert_same_bytes("kept and read again", xml, render(mem, &copy, &d, &r));
}

static void check_refusal(const struct golden *g, const struct diag *d, int r)
{
	assert_true(r < 0);
	assert_string_equal(error_name(r), g->expect_error);
	assert_string_equal(d->text, g->expect_text);
	assert_no_secret(g, d->text);
}

static void check_document(void *mem, const struct golden_case *c, const struct golden *g,
			   const struct buf *xml)
{
	bool is_xml = strcmp(c->format, "raw") != 0;
	const char *path =
		mem_printf(mem, DIRECTORY "/%s/%s.%s", c->format, c->name, is_xml ? "xml" : "txt");
	const struct buf *again;
	struct diag d = {0};
	int r;

	again = render(mem, g, &d, &r);
	assert_int_equal(r, 0);
	assert_same_bytes("a second time", xml, again);
	check_body(mem, g, xml);
	if (!g->reveal)
		assert_no_secret(g, xml->data);
	if (is_xml)
		assert_valid(c, xml);
	assert_golden(mem, path, xml);
}

static void run_case(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("golden");
	const struct golden_case *c = *state;
	const char *path = mem_printf(mem, DIRECTORY "/%s/%s.json", c->format, c->name);
	struct golden g;
	struct diag d = {0};
	const struct buf *xml;
	int r;

	if (!golden_read(mem, path, &g))
		fail_msg("%s: %s", path, g.error);
	assert_string_equal(product_find(g.document.product)->format->name, c->format);
	xml = render(mem, &g, &d, &r);
	if (g.expect_error)
		check_refusal(&g, &d, r);
	else if (r < 0)
		fail_msg("%s", diag_text(&d, r));
	else
		check_document(mem, c, &g, xml);
}

static void a_directory_without_cases_is_refused(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("golden");
	char path[] = "/tmp/golden-XXXXXX";
	char **names;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(case_list(mem, path, &names), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(case_list(mem, path, &names), -1);
}

static void check_documents(const char *format)
{
	char path[600];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), DIRECTORY "/%s", format);
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		size_t cut = ends_with(entry->d_name, ".seed.xml") ? 9
			     : ends_with(entry->d_name, ".xml")	   ? 4
			     : ends_with(entry->d_name, ".txt")	   ? 4
								   : 0;

		if (cut == 0)
			continue;
		snprintf(path, sizeof(path), DIRECTORY "/%s/%.*s.json", format,
			 (int)(strlen(entry->d_name) - cut), entry->d_name);
		if (access(path, F_OK) < 0)
			fail_msg("%s has no %s", entry->d_name, path);
	}
	closedir(directory);
}

static void every_document_belongs_to_a_case(void **state)
{
	(void)state;
	for (const struct product *p = product_next(NULL); p; p = product_next(p))
		check_documents(p->format->name);
}

static int setup(void **state)
{
	xmlSchemaParserCtxt *context = xmlSchemaNewParserCtxt(SCHEMA);

	(void)state;
	schema = xmlSchemaParse(context);
	xmlSchemaFreeParserCtxt(context);
	return schema ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	xmlSchemaFree(schema);
	return 0;
}

static void cases_add(void *mem, const char *format, struct CMUnitTest **tests, size_t *count)
{
	char **names;
	int n = case_list(mem, mem_printf(mem, DIRECTORY "/%s", format), &names);

	if (n <= 0) {
		fprintf(stderr, DIRECTORY "/%s: %s\n", format,
			n < 0 ? strerror(errno) : "no cases");
		exit(1);
	}
	for (int i = 0; i < n; i++) {
		struct golden_case *c = mem_new(mem, struct golden_case);

		*c = (struct golden_case){format, names[i]};
		*mem_push(mem, tests, count) = (struct CMUnitTest){
			mem_printf(mem, "%s/%s", format, names[i]), run_case, NULL, NULL, c};
	}
}

int main(void)
{
	CLEANUP(mem_freep) void *mem = mem_root("cases");
	const struct format *last = NULL;
	struct CMUnitTest *tests = NULL;
	size_t count = 0;
	int failed;

	xmlInitParser();
	*mem_push(mem, &tests, &count) =
		(struct CMUnitTest)cmocka_unit_test(a_directory_without_cases_is_refused);
	*mem_push(mem, &tests, &count) =
		(struct CMUnitTest)cmocka_unit_test(every_document_belongs_to_a_case);
	/* Products of a format stand together. */
	for (const struct product *p = product_next(NULL); p; p = product_next(p)) {
		if (p->format != last)
			cases_add(mem, p->format->name, &tests, &count);
		last = p->format;
	}
	failed = _cmocka_run_group_tests("golden", tests, count, setup, teardown);
	xmlSchemaCleanupTypes();
	xmlCleanupParser();
	return failed;
}
