/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/multi.h"

static const char document[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<provisioning version=\"1.1\" productID=\"mx3b\">\n"
	"  <firmware>\n    <file version=\"2.25.12\" url=\"http://x/a?b=1&amp;c=2\"/>\n  "
	"</firmware>\n"
	"  <nvm>\n    <param name=\"WebUI.Language\" value=\"&lt;d&gt; &quot;&amp;&quot; "
	"ü&#10;\"/>\n"
	"  </nvm>\n"
	"  <custom>\n    <step type=\"Redirect\" url=\"http://y/\"/>\n  </custom>\n"
	"</provisioning>\n";

static char *made(void *mem, const char *text, const char *file)
{
	struct multi in = {0x7c2f80e0d605, "https://prov.example/xml/7C2F80E0D605/", text,
			   strlen(text)};
	struct buf *buf = NULL;
	int r = multi_render(mem, &in, file, &buf);

	if (r == -E_NO_ROUTE)
		return NULL;
	assert_int_equal(r, 0);
	return buf->data;
}

static void the_files_say_what_the_document_says(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("multi");

	(void)state;
	assert_string_equal(made(mem, document, "provisioning.xml"),
			    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			    "<provisioning version=\"1.0\" productID=\"mx3b\">\n"
			    "  <category type=\"firmware\" "
			    "url=\"https://prov.example/xml/7C2F80E0D605/firmware.xml\"/>\n"
			    "  <category type=\"nvm\" "
			    "url=\"https://prov.example/xml/7C2F80E0D605/updates.xml\"/>\n"
			    "</provisioning>\n");
	assert_string_equal(
		made(mem, document, "configuration.xml"),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<settings version=\"1.0\" productID=\"mx3b\" macAddress=\"7c:2f:80:e0:d6:05\">\n"
		"  <param name=\"WebUI.Language\" "
		"value=\"&lt;d&gt; &quot;&amp;&quot; ü&#10;\"/>\n"
		"</settings>\n");
	assert_string_equal(
		made(mem, document, "firmware.xml"),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<firmware version=\"1.0\" productID=\"mx3b\" macAddress=\"7c:2f:80:e0:d6:05\">\n"
		"  <file version=\"2.25.12\" type=\"update\" url=\"http://x/a?b=1&amp;c=2\"/>\n"
		"</firmware>\n");
}

static void the_version_is_that_of_the_configuration(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("multi");
	char *same = mem_strdup(mem, document);
	char *other = mem_strdup(mem, document);

	(void)state;
	memcpy(strstr(same, "2.25.12"), "2.25.13", 7);
	memcpy(strstr(same, "Redirect"), "Rodirect", 8);
	memcpy(strstr(other, "WebUI"), "WebUJ", 5);
	assert_string_equal(made(mem, document, "updates.xml"), made(mem, same, "updates.xml"));
	assert_string_not_equal(made(mem, document, "updates.xml"),
				made(mem, other, "updates.xml"));
}

static void other_documents_have_no_such_files(void **state)
{
	static const char *const others[] = {
		"",
		"BS_IP_Data1.ucB_AUTOPROVISIONING=0\n",
		"<provisioning version=\"1.1\" productID=\"e2\"><nvm/></provisioning>",
		"<ProviderFrame><Provider/></ProviderFrame>",
		"<x/>",
	};
	CLEANUP(mem_freep) void *mem = mem_root("multi");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_null(made(mem, others[i], "provisioning.xml"));
	assert_null(made(mem, document, "master.bin"));
	assert_null(made(mem,
			 "<provisioning version=\"1.1\" productID=\"mx3b\"><nvm/></provisioning>",
			 "firmware.xml"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_say_what_the_document_says),
		cmocka_unit_test(the_version_is_that_of_the_configuration),
		cmocka_unit_test(other_documents_have_no_such_files),
	};
	int failed;

	xmlInitParser();
	failed = cmocka_run_group_tests_name("multi", tests, NULL, NULL);
	xmlCleanupParser();
	return failed;
}
