/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "redirect/url.h"

static void every_url_that_integrators_send_is_taken(void **state)
{
	static const char *const urls[] = {
		"http://172.29.0.103/plainxml/42/2/xml/7C2F80820EC0.xml",
		"http://172.29.0.103/plainxml/%DVID/xml/%MACD.xml",
		"http://provider.com/xml/%MACD.xml",
		"HTTPS://PROVIDER.COM/xml/%MACD.xml",
		"http://user:pass@provider.com/xml/%MACD.xml",
		"https://us%40er:p%25ss@provider.com:8443/xml/%MACC.xml",
		"http://h/%MACD/%MACC/%DVID/%DURL/%ACTC/%SUBLIST/%%",
		"http://h/%25MACD.xml",
		"http://h/%%MACD",
		"http://%MACD.example/x",
		"http://h?mac=%MACD&a=b#part",
		"http://[2001:db8::1]:8080/%MACD.xml",
		"http://h",
		"http://h/a//b/~c/(d),e;f'g!h$i*j",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(urls); i++)
		if (url_check(urls[i], NULL, NULL) != 0)
			fail_msg("'%s' was refused", urls[i]);
}

static void what_is_no_url_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *url;
		int error;
	} rows[] = {
		{"", -E_TEXT_EMPTY},
		{"http://h/\x01", -E_TEXT_CHARACTER},
		{"http://h/\xff", -E_TEXT_ENCODING},
		{"http://h/\xc3\xa4", -E_URL_CHARACTER},
		{" http://h/", -E_URL_CHARACTER},
		{"http://h/a b", -E_URL_CHARACTER},
		{"http://h/<a>", -E_URL_CHARACTER},
		{"http://h/\"", -E_URL_CHARACTER},
		{"http://h\\x", -E_URL_CHARACTER},
		{"http://h/{mac}", -E_URL_CHARACTER},
		{"h/%MACD.xml", -E_URL_SCHEME},
		{"ftp://h/%MACD.xml", -E_URL_SCHEME},
		{"file:///etc/passwd", -E_URL_SCHEME},
		{"javascript:alert(1)", -E_URL_SCHEME},
		{"http:/h/x", -E_URL_SCHEME},
		{"http:h", -E_URL_SCHEME},
		{"https", -E_URL_SCHEME},
		{"://h", -E_URL_SCHEME},
		{"http://", -E_URL_HOST},
		{"http:///%MACD.xml", -E_URL_HOST},
		{"http:////h/%MACD.xml", -E_URL_HOST},
		{"http://h/%MACX", -E_URL_PLACEHOLDER},
		{"http://h/%macd", -E_URL_PLACEHOLDER},
		{"http://h/%", -E_URL_PLACEHOLDER},
		{"http://h/%2", -E_URL_PLACEHOLDER},
		{"http://h/%zz", -E_URL_PLACEHOLDER},
		{"http://h/%s%n", -E_URL_PLACEHOLDER},
		{"http://h:port/", -E_VALUE},
		{"http://h:99999/", -E_VALUE},
		{"http://[::1/", -E_VALUE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int r = url_check(rows[i].url, NULL, NULL);

		if (r != rows[i].error)
			fail_msg("'%s': %s", rows[i].url, error_name(r));
	}
}

static void the_words_say_what_is_wrong_and_where(void **state)
{
	struct diag diag = {0};

	(void)state;
	assert_int_equal(url_check("http://h/a b", NULL, &diag), -E_URL_CHARACTER);
	assert_non_null(strstr(diag.text, "character 11 "));
	assert_int_equal(url_check("http://h/%MACX.xml", NULL, &diag), -E_URL_PLACEHOLDER);
	assert_non_null(strstr(diag.text, "%MACX.xml "));
}

static void a_url_may_be_as_long_as_it_is_stored(void **state)
{
	char url[URL_MAX + 2] = "http://h/";

	(void)state;
	memset(url + 9, '%', URL_MAX - 9);
	url[URL_MAX] = '\0';
	/* An even number of percent signs: as many placeholders as there can be. */
	url[URL_MAX - 1] = 'x';
	assert_int_equal(url_check(url, NULL, NULL), 0);
	url[URL_MAX] = 'x';
	url[URL_MAX + 1] = '\0';
	assert_int_equal(url_check(url, NULL, NULL), -E_TEXT_LONG);
}

static void placeholders_of_the_device_make_a_url_its_own(void **state)
{
	(void)state;
	assert_true(url_is_per_device("http://h/%MACD.xml"));
	assert_true(url_is_per_device("http://h/%MACC.xml"));
	assert_true(url_is_per_device("http://h/%25MACD.xml"));
	assert_false(url_is_per_device("http://h/%DVID/x.xml"));
	assert_false(url_is_per_device("http://h/MACD.xml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_url_that_integrators_send_is_taken),
		cmocka_unit_test(what_is_no_url_is_refused_with_a_reason),
		cmocka_unit_test(the_words_say_what_is_wrong_and_where),
		cmocka_unit_test(a_url_may_be_as_long_as_it_is_stored),
		cmocka_unit_test(placeholders_of_the_device_make_a_url_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
