/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/read.h"

static const struct read_limits limits = {8, 500};

static int setup(void **state)
{
	*state = mem_root("read");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

/* What comes out, with "|line:column what" for everything that was mended. */
static const char *mended(void *mem, const char *text, size_t len)
{
	struct read_mends mends = {0};
	struct buf *out = buf_new(mem);
	struct diag diag = {0};
	int r = read_mend(mem, text, len, out, &mends, &diag);

	if (r < 0)
		return mem_printf(mem, "%s %u:%u", error_name(r), diag.line, diag.column);
	for (size_t i = 0; i < mends.count; i++)
		buf_printf(out, "|%u:%u", mends.mends[i].line, mends.mends[i].column);
	return out->data;
}

struct example {
	const char *text;
	const char *mended;
};

static void check(void *mem, const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(mended(mem, examples[i].text, strlen(examples[i].text)),
				    examples[i].mended);
}

static void what_is_well_formed_stays_as_it_is(void **state)
{
	static const struct example examples[] = {
		{"<a b=\"1\" c='2'/>", "<a b=\"1\" c='2'/>"},
		{"<a b=\"&amp;&lt;&gt;&quot;&apos;&#228;&#xE4;\"/>",
		 "<a b=\"&amp;&lt;&gt;&quot;&apos;&#228;&#xE4;\"/>"},
		{"<a b='\"x\"'>\n\t</a>\r\n", "<a b='\"x\"'>\n\t</a>\r\n"},
		{"<a><![CDATA[ & < ]]></a>", "<a><![CDATA[ & < ]]></a>"},
		{"<a b='>'/>", "<a b='>'/>"},
		{"<?xml version='1.0'?>\n<a/>", "\n<a/>"},
		{"\xef\xbb\xbf<?xml version='1.0'?><a/>", "<a/>"},
		{"<!-- one\ntwo -->\n<a/><?x y\n?>", "\n\n<a/>\n"},
	};

	check(*state, examples, COUNT_OF(examples));
}

static void what_has_one_meaning_only_is_set_right_and_told(void **state)
{
	static const struct example examples[] = {
		{"<a b='x?m=1&f=2'/>", "<a b='x?m=1&amp;f=2'/>|1:12"},
		{"<a b='&nbsp;&amp'/>", "<a b='&amp;nbsp;&amp;amp'/>|1:7|1:13"},
		{"<a>\n x & y</a>", "<a>\n x &amp; y</a>|2:4"},
		{"<a>-->\n--></a>", "<a>\n</a>|1:4|2:1"},
		{"<a><!-- a -- b --></a>", "<a></a>|1:4"},
		{"<a><!-- <!-- x --> --></a>", "<a> </a>|1:4|1:20"},
		{"<a b='1'c='2'/>", "<a b='1' c='2'/>|1:9"},
		{"<a b='<1>'/>", "<a b='&lt;1>'/>|1:7"},
		{"<a>1 < 2</a>", "<a>1 &lt; 2</a>|1:6"},
		{"  \n <?xml version='1.0'?><a/>", "\n<a/>|1:1"},
		{" \xef\xbb\xbf<a/>", "<a/>|1:1"},
		{"<a b='x\x01y\x1f'/>", "<a b='xy'/>|1:8|1:10"},
		{"<a b='&#0;&#1;&#xFFFF;&#x110000;'/>", "<a b=''/>|1:7|1:11|1:15|1:23"},
		{"<a b='\xef\xbf\xbf'/>", "<a b=''/>|1:7"},
	};

	check(*state, examples, COUNT_OF(examples));
	assert_string_equal(mended(*state, "<a b='x\0y'/>", 12), "<a b='xy'/>|1:8");
}

/* What is left out must not leave behind what has to be set right again. */
static void what_was_set_right_once_stays_as_it_is(void **state)
{
	static const struct example examples[] = {
		{"<a>--<!---->></a>", "<a>--&gt;</a>|1:13"},
		{"<a>--\x01></a>", "<a>--&gt;</a>|1:6|1:7"},
		{"<a>]]></a>", "<a>]]&gt;</a>|1:6"},
		{"<a><![CDATA[]\x01]>]]></a>", "<a><![CDATA[]]]]><![CDATA[>]]></a>|1:14"},
		{"<!---->  <a/>", "<a/>"},
		{"<!---->\xef\xbb\xbf<a/>", "<a/>|1:8"},
		{"\n-->\t<a/>", "\n<a/>|2:1"},
		{"<\xef\xbf\xbe?xml version='1.0' encoding='ISO-8859-1'?><a b='\xc3\xa4'/>",
		 "&lt;?xml version='1.0' encoding='ISO-8859-1'?><a b='\xc3\xa4'/>|1:1|1:2"},
		{"<\xef\xbf\xbf!DOCTYPE a><a/>", "&lt;!DOCTYPE a><a/>|1:1|1:2"},
	};

	check(*state, examples, COUNT_OF(examples));
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		const char *once =
			mem_strndup(*state, examples[i].mended, strcspn(examples[i].mended, "|"));

		assert_string_equal(mended(*state, once, strlen(once)), once);
	}
	assert_string_equal(mended(*state, "<a b='1'\0c='2'/>", 16), "<a b='1' c='2'/>|1:9|1:9");
}

static void what_could_mean_much_is_refused_where_it_begins(void **state)
{
	static const struct example examples[] = {
		{"<a>\n<b c='1/>\n<b c='2'/></a>", "xml 2:6"},
		{"<a>\n  <b c='1'", "xml 2:3"},
		{"<a>\n<b <c/></a>", "xml 2:1"},
		{"<a>\n <!-- </a>", "xml 2:2"},
		{"<a><![CDATA[ </a>", "xml 1:4"},
		{"<a/><?x ", "xml 1:5"},
		{"<!DOCTYPE a>\n<a/>", "xml_doctype 1:1"},
		{"<a>\n<!ENTITY x 'y'></a>", "xml_doctype 2:1"},
	};

	check(*state, examples, COUNT_OF(examples));
}

static const char *repeated(void *mem, const char *head, const char *what, size_t count,
			    const char *tail)
{
	struct buf *text = buf_new(mem);

	buf_adds(text, head);
	for (size_t i = 0; i < count; i++)
		buf_adds(text, what);
	buf_adds(text, tail);
	return text->data;
}

/* Its words, too. */
static void check_refused(const char *text, int error, const char *words)
{
	CLEANUP(mem_freep) void *scratch = mem_root("refused");
	struct read_document *document;
	struct diag diag = {0};

	assert_int_equal(read_document(scratch, text, strlen(text), &limits, &document, &diag),
			 error);
	if (!strstr(diag.text, words))
		fail_msg("%u:%u: %s", diag.line, diag.column, diag.text);
}

static void what_only_grows_when_it_is_set_right_is_refused(void **state)
{
	enum { MANY = 30000000 };

	check_refused(repeated(*state, "<a b='", "&", MANY, "'/>"), -E_XML,
		      "so much has to be set right");
	check_refused(repeated(*state, "<a>", "&", MANY, "</a>"), -E_XML,
		      "so much has to be set right");
	/* Three bytes each in UTF-8, and then five. */
	check_refused(repeated(*state, "<a b='", "\x80\x80\x80\x80\x80\x80\x80&", 7000000, "'/>"),
		      -E_XML, "");
	check_refused(repeated(*state, "", "                ", READ_BYTES_MAX / 16, "<a/>"),
		      -E_TOO_LARGE, "the file has more than 64 MiB");
	/* A small file may consist of it. */
	assert_string_equal(mended(*state, "<a b='&&&'/>", 12),
			    "<a b='&amp;&amp;&amp;'/>|1:7|1:8|1:9");
}

static void a_tag_with_many_attributes_is_refused_before_it_is_parsed(void **state)
{
	const char *most = repeated(*state, "<a", " x=''", READ_ATTRIBUTES_MAX, "/>");
	const char *more = repeated(*state, "<r>\n<a", " x=''", 1000000, "/></r>");

	assert_string_equal(mended(*state, most, strlen(most)), most);
	assert_string_equal(mended(*state, more, strlen(more)), "xml 2:1");
	check_refused(more, -E_XML, "the tag that begins here has more than 100 attributes");
}

/* With a look to the end of the file for each of them this would take hours. */
static void many_comments_are_passed_in_one_walk(void **state)
{
	const char *text = repeated(*state, "<a>", "<!---->", 500000, "</a>");

	assert_string_equal(mended(*state, text, strlen(text)), "<a></a>");
}

static void bytes_are_read_as_the_file_says_or_as_they_must_be(void **state)
{
	static const struct example examples[] = {
		{"<a b='\xc3\xa4'/>", "<a b='\xc3\xa4'/>"},
		{"<a>\n<b c='\xe4'/></a>", "<a>\n<b c='\xc3\xa4'/></a>|2:7"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><a b='\xe4\x80'/>",
		 "<a b='\xc3\xa4\xe2\x82\xac'/>"},
		{"<?xml version='1.0' encoding=\"iso-8859-1\"?><a b='\xc3\xa4'/>",
		 "<a b='\xc3\x83\xc2\xa4'/>"},
		{"<?xml version='1.0' encoding='UTF-8'?>\n<a b='\xe4'/>", "xml 2:7"},
		{"<?xml version='1.0' encoding='EBCDIC'?><a/>", "xml 0:0"},
		{"\xff\xfe<", "xml 0:0"},
	};

	check(*state, examples, COUNT_OF(examples));
}

static const char kinds[] = "pofsSyc?";

static void show(struct buf *out, const struct read_item *item)
{
	buf_printf(out, "%u%.*s%c %s", item->line, (int)item->depth, ">>>>", kinds[item->kind],
		   item->name);
	if (item->type)
		buf_printf(out, "(%s)", item->type);
	if (item->value)
		buf_printf(out, "=%s", item->value);
	for (size_t i = 0; i < item->param_count; i++) {
		buf_adds(out, i ? "," : "{");
		show(out, &item->params[i]);
	}
	if (item->param_count)
		buf_addc(out, '}');
}

static const char *read_text(void *mem, const char *text)
{
	struct read_document *document;
	struct buf *out = buf_new(mem);
	struct diag diag = {0};
	int r = read_document(mem, text, strlen(text), &limits, &document, &diag);

	if (r < 0) {
		assert_true(*diag.text);
		return mem_printf(mem, "%s %u", error_name(r), diag.line);
	}
	buf_printf(out, "%d %s %s %s", (int)document->format,
		   document->product_id ? document->product_id : "-",
		   document->mac ? document->mac : "-",
		   document->profile ? document->profile : "-");
	for (size_t i = 0; i < document->item_count; i++) {
		buf_adds(out, "; ");
		show(out, &document->items[i]);
	}
	return out->data;
}

static void a_document_becomes_a_flat_list_with_lines(void **state)
{
	assert_string_equal(
		read_text(*state,
			  "<?xml version=\"1.0\"?>\n"
			  "<provisioning version=\"1.1\" productID=\"e2\">\n"
			  "<firmware><file version='2.1' url='http://h/a?b&amp;c'/></firmware>\n"
			  "<nvm><oper name=\"DeleteNotProvisionedHS\"/>\n"
			  "<param value=\"&lt;&#228;&quot;\"\n name=\"A.0.B\"/>\n"
			  "<oper value='00001' name='add_hs'><param name='hs.RegStatus'\n"
			  " value='ToReg'/></oper></nvm>\n"
			  "<custom><step type='Redirect' url='u'/><cert x='1'/></custom>\n"
			  "</provisioning>"),
		"0 e2 - -; 3f file{3p version=2.1,3p url=http://h/a?b&c}; "
		"4o DeleteNotProvisionedHS; 5p A.0.B=<\xc3\xa4\"; "
		"7o add_hs=00001{7p hs.RegStatus=ToReg}; 9s Redirect{9p url=u}; 9? cert{9p x=1}");
	assert_string_equal(read_text(*state,
				      "<settings version='1.0' productID='mx3b' "
				      "macAddress='7c:2f:80:00:00:00'><param name='a' value=''/>"
				      "<param name='b'/></settings>"),
			    "1 mx3b 7c:2f:80:00:00:00 -; 1p a=; 1p b");
}

static void a_provider_frame_has_both_dialects(void **state)
{
	assert_string_equal(
		read_text(*state, "<ProviderFrame><Provider>\n<MAC_ADDRESS value='7C2F80208402'/>\n"
				  "<PROFILE_NAME class='string' value='N510'/>\n"
				  "<SYMB_ITEM ID='a.b[%]' class='symb_item' value='\"x\"'/>\n"
				  "<S_SIP_SERVER_1 class='string' value='h'/>\n"
				  "<Odd><param name='x' value='y'/></Odd>"
				  "</Provider></ProviderFrame>"),
		"2 - 7C2F80208402 N510; 4S a.b[%](symb_item)=\"x\"; 5y S_SIP_SERVER_1(string)=h; "
		"6? Odd; 6? param{6p name=x,6p value=y}");
}

static void what_is_within_an_element_comes_after_it_and_its_text_with_it(void **state)
{
	assert_string_equal(read_text(*state, "<provisioning productID='e2'><custom>\n"
					      "<a b='1'> x<![CDATA[<]]>&amp;\n<c/>y\n<d>z</d></a>"
					      "<step type='s'/></custom></provisioning>"),
			    "0 e2 - -; 2? a= x<&\n{2p b=1}; 3>? c; 4>? d=z; 4s s");
}

static void p_codes_have_their_text_as_their_value(void **state)
{
	assert_string_equal(
		read_text(*state, "<hl_provision version='1'>\n<mac para='Mac'>001fc121cf23</mac>\n"
				  "<config version='1'><P47 para='Account1.Sipserver'> h:1 </P47>"
				  "<P48/>\n<P0>1</P0><Auto x='1'>1</Auto></config></hl_provision>"),
		"3 - 001fc121cf23 -; 3c P47(Account1.Sipserver)=h:1; 3c P48=; 4? P0=1; "
		"4? Auto=1{4p x=1}");
	assert_string_equal(read_text(*state, "<hl_provision><mac/><config/></hl_provision>"),
			    "3 - - -");
}

static void a_maxwell_does_without_product_id(void **state)
{
	assert_string_equal(read_text(*state, "<provisioning version='1.1'><nvm>"
					      "<param name='SIP.Port' value='1'/></nvm>"
					      "</provisioning>"),
			    "1 - - -; 1p SIP.Port=1");
	assert_string_equal(read_text(*state, "<provisioning version='1.1'><nvm>"
					      "<param name='sipprovider.0.Domain' value='1'/></nvm>"
					      "</provisioning>"),
			    "0 - - -; 1p sipprovider.0.Domain=1");
}

static void what_is_not_a_configuration_is_refused(void **state)
{
	static const struct example examples[] = {
		{"", "xml 0"},
		{"hello", "xml 1"},
		{"<html/>", "xml_format 1"},
		{"<provisioning version='1.0'>\n<category type='nvm' url='u'/></provisioning>",
		 "xml_format 2"},
		{"<nvm version='1.0'><file url='u'/></nvm>", "xml_format 1"},
		{"<provisioning productID='zz'/>", "xml_format 0"},
		{"<provisioning>\n<nvm>\n</provisioning>", "xml 3"},
		{"<settings>\n<param name='a' name='b'/></settings>", "xml 2"},
		{"<settings/>\n<settings/>", "xml 2"},
		{"<settings><a><a><a><a><a><a><a>\n<a/></a></a></a></a></a></a></a></settings>",
		 "xml_depth 2"},
	};

	for (size_t i = 0; i < COUNT_OF(examples); i++)
		assert_string_equal(read_text(*state, examples[i].text), examples[i].mended);
}

static void more_elements_than_the_limit_are_refused(void **state)
{
	struct buf *text = buf_new(*state);

	buf_adds(text, "<settings>");
	for (int i = 0; i < 500; i++)
		buf_adds(text, "<param name='a' value='b'/>");
	buf_adds(text, "</settings>");
	assert_string_equal(read_text(*state, text->data), "xml_long 1");
}

static const char *file_read(void *mem, const char *name, size_t *ret_len)
{
	FILE *file = fopen(mem_printf(mem, "tests/data/import/%s", name), "re");
	struct buf *out = buf_new(mem);
	char part[4096];
	size_t n;

	assert_non_null(file);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(out, part, n);
	fclose(file);
	*ret_len = out->len;
	return out->data;
}

static void files_as_they_are_found_can_be_read(void **state)
{
	static const struct {
		const char *name;
		enum read_format format;
		size_t items, mends;
	} files[] = {
		{"nx70-value-first.xml", READ_NX70, 45, 2},
		{"nx70-lower-case.xml", READ_NX70, 30, 5},
		{"nx70-wildcards.xml", READ_NX70, 27, 0},
		{"maxwell-no-product.xml", READ_MAXWELL, 35, 3},
		{"n510-latin1.xml", READ_PROVIDER_FRAME, 16, 3},
		{"n720-arrays.xml", READ_PROVIDER_FRAME, 18, 1},
		{"de410-plain.xml", READ_PROVIDER_FRAME, 11, 0},
	};

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct read_document *document;
		struct diag diag = {0};
		size_t len;
		const char *text = file_read(*state, files[i].name, &len);

		if (read_document(*state, text, len, &limits, &document, &diag) < 0)
			fail_msg("%s: line %u: %s", files[i].name, diag.line, diag.text);
		if (document->format != files[i].format || document->item_count != files[i].items ||
		    document->mends.count != files[i].mends)
			fail_msg("%s: format %d, %zu items, %zu mends", files[i].name,
				 (int)document->format, document->item_count,
				 document->mends.count);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_well_formed_stays_as_it_is),
		cmocka_unit_test(what_has_one_meaning_only_is_set_right_and_told),
		cmocka_unit_test(what_was_set_right_once_stays_as_it_is),
		cmocka_unit_test(what_could_mean_much_is_refused_where_it_begins),
		cmocka_unit_test(what_only_grows_when_it_is_set_right_is_refused),
		cmocka_unit_test(a_tag_with_many_attributes_is_refused_before_it_is_parsed),
		cmocka_unit_test(many_comments_are_passed_in_one_walk),
		cmocka_unit_test(bytes_are_read_as_the_file_says_or_as_they_must_be),
		cmocka_unit_test(a_document_becomes_a_flat_list_with_lines),
		cmocka_unit_test(a_provider_frame_has_both_dialects),
		cmocka_unit_test(what_is_within_an_element_comes_after_it_and_its_text_with_it),
		cmocka_unit_test(p_codes_have_their_text_as_their_value),
		cmocka_unit_test(a_maxwell_does_without_product_id),
		cmocka_unit_test(what_is_not_a_configuration_is_refused),
		cmocka_unit_test(more_elements_than_the_limit_are_refused),
		cmocka_unit_test(files_as_they_are_found_can_be_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
