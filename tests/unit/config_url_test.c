/* SPDX-License-Identifier: MIT */
#include "config_help.h"

static void data_urls_are_hosts_with_what_may_stand_around_them(void **state)
{
	static const char *const urls[] = {"", "prov.example.net", "prov.example.net:8080/device/",
					   "http://192.0.2.1", "HTTPS://[2001:db8::1]:8443/a"};

	for (size_t i = 0; i < COUNT_OF(urls); i++) {
		struct config *config = good(
			*state, mem_printf(*state, PHONES "[redirect]\ndata_url = %s\n", urls[i]));

		assert_string_equal(config->redirect.data_url, urls[i]);
	}
}

static void refuse(void *mem, const char *key, const char *const *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *words =
			bad(mem, mem_printf(mem, PHONES "[redirect]\n%s = %s\n", key, values[i]));

		assert_non_null(strstr(words, mem_printf(mem, ":4: [redirect] %s: ", key)));
	}
}

static void what_would_not_stand_in_a_url_is_no_data_url(void **state)
{
	char *too_long = mem_zalloc(*state, 202);
	const char *const urls[] = {"http://",	"/device", ":80", "http:///x", "a b",
				    "a%MACD",	"u@a",	   "a?b", "a\"b",      "ftp://a.example/x",
				    "\xc3\xa4", too_long};

	memset(too_long, 'a', 201);
	refuse(*state, "data_url", urls, COUNT_OF(urls));
}

static void a_chain_url_is_different_for_every_phone(void **state)
{
	static const char *const urls[] = {
		"",
		"%DURL/%MACD.xml",
		"ftp://a/%MACD",
		"http:///%MACD",
		"http://a.example/x.xml",
		"http://u:p@a.example/%MACD",
		"http://a.example/%MACD x",
		"http://a.example/\xc3\xa4%MACD",
		"http://a.example/123456789/123456789/123456789/123456789/123456789/1234/%MACD",
	};

	refuse(*state, "chain_url", urls, COUNT_OF(urls));
	good(*state, PHONES "[redirect]\nchain_url = "
			    "http://a.example/123456789/123456789/123456789/123456789/123456789/"
			    "1/%MACD");
}

static void a_chain_code_has_three_digits(void **state)
{
	static const char *const codes[] = {"4", "44", "4444", "44x", "-44", "4 4"};

	refuse(*state, "chain_code", codes, COUNT_OF(codes));
	good(*state, PHONES "[redirect]\nchain_code = 000\n");
	good(*state, PHONES "[redirect]\nchain_code =\n");
}

static int setup(void **state)
{
	*state = mem_root("test");
	return 0;
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_urls_are_hosts_with_what_may_stand_around_them),
		cmocka_unit_test(what_would_not_stand_in_a_url_is_no_data_url),
		cmocka_unit_test(a_chain_url_is_different_for_every_phone),
		cmocka_unit_test(a_chain_code_has_three_digits),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
