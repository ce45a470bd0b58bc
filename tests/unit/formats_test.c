/* SPDX-License-Identifier: MIT */
/* Formats of devices without handsets, with made-up texts by the thousand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../fuzz/formats_fuzz.c"

static void made_up_texts_come_back_or_are_refused(void **state)
{
	static const char *const pieces[] = {
		"<", "&",    "\"",	"'", "\t",    "\n",  "]]>", "ä", "日",	"\xe4", "\x01",
		"%", "%{Y}", "0x1,0x2", "7", "%MACD", "-->", "€",   "🎉", "a b", "\r",	"%%"};
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char data[128];
		size_t len = 1;

		data[0] = (char)i;
		for (int n = 0; n < 2 + i % 10; n++) {
			const char *piece;

			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			piece = pieces[(seed >> 20) % COUNT_OF(pieces)];
			len += (size_t)snprintf(data + len, sizeof(data) - len, "%s", piece);
		}
		LLVMFuzzerTestOneInput((const uint8_t *)data, len);
	}
}

/* One minute of a hundred years: of a thousand contents, hardly two have the same. */
static void versions_of_a_provider_frame_differ(void **state)
{
	CLEANUP(mem_freep) void *mem = mem_root("versions");
	char(*seen)[11] = mem_alloc(mem, sizeof(*seen) * 1000);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct param param = {.name = "S_X", .value = mem_printf(mem, "%d", i)};
		struct document d = {.product = "de410", .params = &param, .param_count = 1};
		struct buf *document;
		struct diag diag;

		assert_int_equal(provider_frame_render(mem, &d, true, &document, &diag), 0);
		snprintf(seen[i], sizeof(*seen), "%s",
			 strstr(document->data, "<VERSION value=\"") + 16);
		assert_int_equal(strspn(seen[i], "0123456789"), 10);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(seen[i], seen[j]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_up_texts_come_back_or_are_refused),
		cmocka_unit_test(versions_of_a_provider_frame_differ),
	};
	int failed;

	xmlInitParser();
	failed = cmocka_run_group_tests_name("formats", tests, NULL, NULL);
	xmlCleanupParser();
	return failed;
}
