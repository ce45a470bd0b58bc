/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/http/router.h"
#include "base/mem.h"

static int handler(struct request *req)
{
	(void)req;
	return 0;
}

/* The less literal ones first, to show that order does not matter. */
static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/{any}", .planes = PLANE_API, .name = "any"},
	{.method = HTTP_GET, .path = "/{mac}.xml", .planes = PLANE_API, .name = "mac"},
	{.method = HTTP_GET, .path = "/cfg{mac}.xml", .planes = PLANE_API, .name = "cfg"},
	{.method = HTTP_GET, .path = "/fixed.xml", .planes = PLANE_API, .name = "fixed"},
	{.method = HTTP_GET, .path = "/{a}/b", .planes = PLANE_API, .name = "a-b"},
	{.method = HTTP_GET, .path = "/a/{b}", .planes = PLANE_API, .name = "a-any"},
	{.method = HTTP_GET, .path = "/", .planes = PLANE_API, .name = "root"},
	{.method = HTTP_GET, .path = "/dir/", .planes = PLANE_API, .name = "dir"},
	{.method = HTTP_POST, .path = "/a/b", .planes = PLANE_API, .name = "post"},
	{.method = HTTP_GET, .path = "/m", .planes = PLANE_METRICS, .name = "metrics"},
	{.method = HTTP_GET, .path = "/x/{one}/y/{two}", .planes = PLANE_API, .name = "two"},
	{.method = HTTP_GET, .path = "/up/{one}/../{two}", .planes = PLANE_API, .name = "up"},
};

static struct router *router;

static const char *found(unsigned planes, int method, const char *path, struct router_match *match)
{
	static char scratch[256];

	strcpy(scratch, path);
	router_match(router, planes, method, scratch, match);
	return match->route ? match->route->name : "none";
}

static const char *get(const char *path)
{
	struct router_match match;

	return found(PLANE_API, HTTP_GET, path, &match);
}

static void the_more_literal_pattern_wins(void **state)
{
	(void)state;
	assert_string_equal(get("/x"), "any");
	assert_string_equal(get("/x.xml"), "mac");
	assert_string_equal(get("/cfgx.xml"), "cfg");
	assert_string_equal(get("/cfg.xml"), "mac");
	assert_string_equal(get("/fixed.xml"), "fixed");
	assert_string_equal(get("/.xml"), "any");
	assert_string_equal(get("/a/b"), "a-any");
	assert_string_equal(get("/x/b"), "a-b");
	assert_string_equal(get("/x/c"), "none");
}

static void slashes_count(void **state)
{
	(void)state;
	assert_string_equal(get("/"), "root");
	assert_string_equal(get("//"), "none");
	assert_string_equal(get("/dir/"), "dir");
	assert_string_equal(get("/dir"), "any");
	assert_string_equal(get("/a/"), "none");
	assert_string_equal(get("/x.xml/"), "none");
	assert_string_equal(get(""), "none");
	assert_string_equal(get("*"), "none");
	assert_string_equal(get("x"), "none");
	assert_string_equal(get("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18"), "none");
}

static void a_segment_is_decoded_once(void **state)
{
	struct router_match match;

	(void)state;
	assert_string_equal(found(PLANE_API, HTTP_GET, "/%3aa%3A%2e.xml", &match), "mac");
	assert_string_equal(match.params[0].name, "mac");
	assert_string_equal(match.params[0].value, ":a:.");
	assert_string_equal(found(PLANE_API, HTTP_GET, "/%2541", &match), "any");
	assert_string_equal(match.params[0].value, "%41");
	assert_string_equal(found(PLANE_API, HTTP_GET, "/%252F", &match), "any");
	assert_string_equal(match.params[0].value, "%2F");
	assert_string_equal(found(PLANE_API, HTTP_GET, "/f%69xed.xml", &match), "fixed");
	assert_string_equal(found(PLANE_API, HTTP_GET, "/%c3%a4+", &match), "any");
	assert_string_equal(match.params[0].value, "\xc3\xa4+");
	assert_string_equal(found(PLANE_API, HTTP_GET, "/x/1/y/2%20", &match), "two");
	assert_int_equal(match.param_count, 2);
	assert_string_equal(match.params[0].value, "1");
	assert_string_equal(match.params[1].value, "2 ");
}

static void what_is_no_path_matches_nothing(void **state)
{
	static const char *const paths[] = {
		"/%00",	    "/a%00.xml",  "/%2F",	 "/a%2fb",   "/..",   "/.",
		"/%2e%2e",  "/.%2E",	  "/%2e",	 "/../a",    "/%",    "/%4",
		"/%zz.xml", "/%MACD.xml", "/%c3",	 "/%c0%af",  "/\xff", "/%ed%a0%80",
		"/a\x01",   "/%0a",	  "/%0d%0a.xml", "/%7f.xml", "/x/./", "/a/..",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_string_equal(get(paths[i]), "none");
}

static void a_parent_matches_only_where_a_route_has_it(void **state)
{
	static const char *const paths[] = {"/up/../../x",  "/up/x/../..",   "/up/x/%2e%2e/y",
					    "/up/x/.%2E/y", "/x/../y/z",     "/x/y/../z",
					    "/up/x/.../y",  "/up/x/../../y", "/../x/../y"};

	(void)state;
	assert_string_equal(get("/up/x/../y"), "up");
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_string_equal(get(paths[i]), "none");
}

static void methods_and_planes_are_told(void **state)
{
	struct router_match match;

	(void)state;
	assert_string_equal(found(PLANE_API, HTTP_POST, "/a/b", &match), "post");
	assert_string_equal(found(PLANE_API, HTTP_PUT, "/a/b", &match), "none");
	assert_int_equal(match.methods, 1u << HTTP_GET | 1u << HTTP_POST);
	assert_string_equal(found(PLANE_API, METHOD_OTHER, "/fixed.xml", &match), "none");
	assert_int_equal(match.methods, 1u << HTTP_GET);
	assert_int_equal(match.planes, PLANE_API);
	assert_string_equal(found(PLANE_METRICS, HTTP_GET, "/m", &match), "metrics");
	assert_string_equal(found(PLANE_METRICS, HTTP_GET, "/a/b", &match), "none");
	assert_int_equal(match.methods, 0);
}

static void paths_of_the_ini_become_routes(void **state)
{
	static const char *words[] = {"/gs/%MACD/config.xml", "/plain/%DVID/xml/c%MACC.xml?a=b"};
	const struct config_words paths = {words, COUNT_OF(words)};
	struct router *own = NULL;
	struct router_match match;
	char path[] = "/plain/42/2/xml/c7C%3A2F.xml";

	assert_int_equal(router_new(*state, routes, COUNT_OF(routes), &paths, handler, &own, NULL),
			 0);
	router_match(own, PLANE_PHONES, HTTP_GET, path, &match);
	assert_non_null(match.route);
	assert_ptr_equal(match.route->handler, handler);
	assert_string_equal(match.params[2].name, "mac");
	assert_string_equal(match.params[2].value, "7C:2F");
	mem_free(own);
}

static void a_path_with_two_placeholders_in_a_part_is_refused(void **state)
{
	static const char *words[] = {"/%MACD-%MACC.xml"};
	const struct config_words paths = {words, COUNT_OF(words)};
	struct router *own = NULL;
	struct diag diag = {.line = 0};

	assert_int_equal(router_new(*state, NULL, 0, &paths, handler, &own, &diag), -E_CONFIG);
	assert_non_null(strstr(diag.text, "/%MACD-%MACC.xml"));
}

static int setup(void **state)
{
	static const struct config_words none;

	*state = mem_root("test");
	return router_new(*state, routes, COUNT_OF(routes), &none, handler, &router, NULL);
}

static int teardown(void **state)
{
	mem_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_more_literal_pattern_wins),
		cmocka_unit_test(slashes_count),
		cmocka_unit_test(a_segment_is_decoded_once),
		cmocka_unit_test(what_is_no_path_matches_nothing),
		cmocka_unit_test(a_parent_matches_only_where_a_route_has_it),
		cmocka_unit_test(methods_and_planes_are_told),
		cmocka_unit_test(paths_of_the_ini_become_routes),
		cmocka_unit_test(a_path_with_two_placeholders_in_a_part_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
