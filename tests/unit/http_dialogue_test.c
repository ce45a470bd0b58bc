/* SPDX-License-Identifier: MIT */
/* What phones that hold a dialogue need of the server: their cookies, their connection, their refusals. */
#include "http_server.h"

static const char face[] = "<the same for everybody/>";

static void check_cookies(struct client *client, const char *path, const char *headers,
			  const char *expected)
{
	char request[512];
	struct reply reply;

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: t\r\n%s\r\n", path, headers);
	client_ask(client, request, &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, expected);
	reply_done(&reply);
}

static void cookies_come_as_they_were_sent(void **state)
{
	static const char *const paths[] = {"/cookies", "/worker/cookies"};
	struct fixture *f = *state;
	struct client *client = client_new(f->port);

	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		check_cookies(client, paths[i], "", "none");
		check_cookies(client, paths[i],
			      "Cookie: JSESSIONID=30DE; Path=/DeploymentService; Secure\r\n",
			      "JSESSIONID=30DE; Path=/DeploymentService; Secure");
		check_cookies(client, paths[i], "cookie: a=\"b;;=c;  Secure;=;,\r\n",
			      "a=\"b;;=c;  Secure;=;,");
		check_cookies(client, paths[i], "Cookie: a=b\r\nX: y\r\nCOOKIE: c; path=/\r\n",
			      "a=b; c; path=/");
	}
	client_free(client);
}

static uint64_t number_of(struct client *client, const char *request)
{
	struct reply reply;
	uint64_t number;

	client_ask(client, request, &reply);
	assert_int_equal(reply.status, 200);
	number = strtoull(reply.body, NULL, 10);
	reply_done(&reply);
	return number;
}

static void a_connection_keeps_its_number_and_no_other_has_it(void **state)
{
	enum { CONNECTIONS = 50 };
	struct fixture *f = *state;
	uint64_t seen[CONNECTIONS];

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct client *client = client_new(f->port);

		seen[i] = number_of(client, GET("/connection"));
		assert_true(seen[i] > 0);
		assert_true(number_of(client, GET("/worker/connection")) == seen[i]);
		assert_true(number_of(client, GET("/connection")) == seen[i]);
		for (size_t n = 0; n < i; n++)
			assert_true(seen[n] != seen[i]);
		client_free(client);
	}
}

static void check_talk(struct client *client, const char *headers, const char *body)
{
	struct reply reply;
	char request[512];

	snprintf(request, sizeof(request), "POST /talk HTTP/1.1\r\nHost: t\r\n%s\r\n%s", headers,
		 body);
	client_ask(client, request, &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_len, sizeof(face) - 1);
	assert_int_equal(atoi(reply_find(&reply, "Content-Length")), sizeof(face) - 1);
	assert_null(reply_find(&reply, "Transfer-Encoding"));
	assert_memory_equal(reply.body, face, sizeof(face) - 1);
	reply_done(&reply);
}

static void who_is_refused_in_a_dialogue_sees_the_same_face(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	check_talk(client, "Content-Length: 2\r\n", "hi");
	check_talk(client, "Transfer-Encoding: chunked\r\n", "2\r\nhi\r\n0\r\n\r\n");
	check_talk(client, "Content-Length: 99999999999\r\nExpect: 100-continue\r\n", "");
	client_free(client);
	client = client_new(f->port);
	client_ask(client, GET("/talk/file"), &reply);
	assert_int_equal(reply.status, 503);
	reply_done(&reply);
	client_ask(client, GET("/talk"), &reply);
	assert_int_equal(reply.status, 404);
	assert_null(reply_find(&reply, "Allow"));
	reply_done(&reply);
	client_ask(client, "POST /talk/else HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n",
		   &reply);
	assert_int_equal(reply.status, 404);
	reply_done(&reply);
	client_free(client);
}

static int setup_wpi(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_start(f, server_config(PLANE_WPI));
	*state = f;
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(cookies_come_as_they_were_sent),
		TEST(a_connection_keeps_its_number_and_no_other_has_it),
		cmocka_unit_test_setup_teardown(who_is_refused_in_a_dialogue_sees_the_same_face,
						setup_wpi, teardown),
	};
	int r;

	server_begin();
	reply_face("text/xml", face, sizeof(face) - 1);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	server_end();
	return r;
}
