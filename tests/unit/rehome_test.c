/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "redirect/rehome.h"

/* NULL: not below it. */
static const char *rehome(void *mem, const char *from_text, const char *to_text, const char *url)
{
	struct url_base from, to;
	char *moved;

	assert_int_equal(url_base_parse(from_text, NULL, &from, NULL), 0);
	assert_int_equal(url_base_parse(to_text, NULL, &to, NULL), 0);
	return url_rehome(mem, &from, &to, url, &moved) > 0 ? moved : NULL;
}

static void a_url_moves_with_all_that_is_behind_its_base(void **state)
{
	static const char *const cases[][4] = {
		{"http://a.example", "https://b.example", "http://a.example/x/%MACD.xml",
		 "https://b.example/x/%MACD.xml"},
		{"http://a.example/", "http://b.example/", "http://a.example", "http://b.example"},
		{"http://a.example", "http://b.example:8080/p", "http://A.EXAMPLE:80/x?mac=%MACD#f",
		 "http://b.example:8080/p/x?mac=%MACD#f"},
		{"HTTPS://a.example:443/xml/", "http://b.example", "https://a.example/xml/%DVID/y",
		 "http://b.example/%DVID/y"},
		{"http://a.example/xml", "http://b.example/", "http://a.example/xml",
		 "http://b.example"},
		{"http://a.example/xml", "http://b.example/y/", "http://a.example/xml",
		 "http://b.example/y/"},
		{"http://a.example/xml", "http://b.example/y", "http://a.example/xml?m=1",
		 "http://b.example/y?m=1"},
		{"http://[2001:db8::1]", "http://b.example", "http://[2001:DB8::1]:80/x",
		 "http://b.example/x"},
		{"http://a.example", "http://[::1]:81", "http://a.example/x", "http://[::1]:81/x"},
		/* Credentials stay, unless there are new ones. */
		{"http://a.example", "http://b.example", "http://u:p@q@a.example/x",
		 "http://u:p@q@b.example/x"},
		{"http://a.example", "http://v:w@b.example", "http://u:p@a.example/x",
		 "http://v:w@b.example/x"},
		{"http://u:p@a.example", "http://b.example", "http://u:p@a.example/x",
		 "http://u:p@b.example/x"},
		{"http://%DURL", "http://b.example", "http://%DURL/%MACD.xml",
		 "http://b.example/%MACD.xml"},
	};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(rehome(mem, cases[i][0], cases[i][1], cases[i][2]),
				    cases[i][3]);
}

static void what_only_looks_alike_stays(void **state)
{
	static const char *const cases[][2] = {
		{"http://a.example", "http://a.example.org/x"},
		{"http://a.example", "http://xa.example/x"},
		{"http://a.example", "https://a.example/x"},
		{"http://a.example", "http://a.example:8080/x"},
		{"http://a.example:8080", "http://a.example/x"},
		{"http://a.example:80", "http://a.example:8/x"},
		{"http://a.example", "http://a.example@b.example/x"},
		{"http://a.example", "http://b.example/http://a.example/x"},
		{"http://a.example", "http://b.example/?http://a.example/x"},
		{"http://a.example/xml", "http://a.example/xmlrpc"},
		{"http://a.example/xml", "http://a.example/XML/x"},
		{"http://a.example/xml", "http://a.example/"},
		{"http://a.example/xml/", "http://a.example/xml"},
		{"http://u:p@a.example", "http://a.example/x"},
		{"http://u:p@a.example", "http://u:q@a.example/x"},
		{"http://a.example", "no url"},
		{"http://a.example", ""},
	};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_null(rehome(mem, cases[i][0], "http://b.example", cases[i][1]));
}

static void a_base_is_a_url_without_a_query(void **state)
{
	static const struct {
		const char *url;
		int r;
	} cases[] = {
		{"a.example", -E_URL_SCHEME},
		{"http://", -E_URL_HOST},
		{"http:///x", -E_URL_HOST},
		{"ftp://a.example", -E_URL_SCHEME},
		{"http://a.example/?x", -E_VALUE},
		{"http://a.example/#x", -E_VALUE},
		{"http://a .example", -E_URL_CHARACTER},
	};
	struct url_base base;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(url_base_parse(cases[i].url, NULL, &base, NULL), cases[i].r);
}

/* There and back again is where it was, for any URL that has no credentials of its own. */
static void moving_back_undoes_moving(void **state)
{
	static const char *const rests[] = {"",	      "/",	    "/x",	"/x/",
					    "/x?y=z", "/%MACD.xml", "/a/b/c#d", "/%2F/%25MACD"};
	static const char *const bases[] = {"http://a.example/p", "https://b.example:8443",
					    "http://[::1]:8080/q/r"};
	CLEANUP(mem_freep) void *mem = mem_root("test");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rests); i++)
		for (size_t f = 0; f < COUNT_OF(bases); f++)
			for (size_t t = 0; t < COUNT_OF(bases); t++) {
				const char *url = mem_printf(mem, "%s%s", bases[f], rests[i]);
				const char *moved = rehome(mem, bases[f], bases[t], url);

				assert_string_equal(moved,
						    mem_printf(mem, "%s%s", bases[t], rests[i]));
				assert_string_equal(rehome(mem, bases[t], bases[f], moved), url);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_moves_with_all_that_is_behind_its_base),
		cmocka_unit_test(what_only_looks_alike_stays),
		cmocka_unit_test(a_base_is_a_url_without_a_query),
		cmocka_unit_test(moving_back_undoes_moving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
