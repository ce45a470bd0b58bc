/* SPDX-License-Identifier: MIT */
/* Requests and replies of a server: what arrives, what is refused, who asks. */
#include "http_server.h"

static void a_prepared_reply_is_sent_and_the_connection_kept(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	for (int i = 0; i < 3; i++) {
		client_ask(client, GET("/doc"), &reply);
		assert_int_equal(reply.status, 200);
		assert_int_equal(reply.body_len, DOCUMENT_BYTES);
		assert_non_null(strstr(reply.head, "ETag: \"abc\"\r\n"));
		assert_non_null(strstr(reply.head, "Cache-Control: no-store\r\n"));
		assert_non_null(strstr(reply.head, "X-Content-Type-Options: nosniff\r\n"));
		reply_done(&reply);
	}
	client_free(client);
}

static void a_head_request_gets_the_headers_only(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, "HEAD /doc HTTP/1.1\r\nHost: t\r\n\r\n", &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(atoi(reply_find(&reply, "Content-Length")), DOCUMENT_BYTES);
	reply_done(&reply);
	client_ask(client, GET("/worker/doc"), &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_len, DOCUMENT_BYTES);
	reply_done(&reply);
	client_free(client);
}

static void an_etag_that_is_known_gives_304(void **state)
{
	static const char *const known[] = {"\"abc\"", "W/\"abc\"", "*", "\"x\", \"abc\"",
					    "\"x\",W/\"abc\",\"y\""};
	static const char *const unknown[] = {"\"ABC\"", "abc", "\"abc", "\"ab\"", "", "\"a,bc\""};
	static const char *const paths[] = {"/doc", "/worker/doc", "/doc?extra=1"};
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;
	char request[256];

	for (size_t p = 0; p < COUNT_OF(paths); p++) {
		for (size_t i = 0; i < COUNT_OF(known); i++) {
			snprintf(request, sizeof(request),
				 "GET %s HTTP/1.1\r\nHost: t\r\nIf-None-Match: %s\r\n\r\n",
				 paths[p], known[i]);
			client_ask(client, request, &reply);
			assert_int_equal(reply.status, 304);
			assert_non_null(reply_find(&reply, "ETag"));
			reply_done(&reply);
		}
		for (size_t i = 0; i < COUNT_OF(unknown); i++) {
			snprintf(request, sizeof(request),
				 "GET %s HTTP/1.1\r\nHost: t\r\nIf-None-Match: %s\r\n\r\n",
				 paths[p], unknown[i]);
			client_ask(client, request, &reply);
			assert_int_equal(reply.status, 200);
			reply_done(&reply);
		}
	}
	client_free(client);
}

static void a_header_can_be_added_to_a_prepared_reply(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/doc?other=%ff&extra=a+b%21"), &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_len, DOCUMENT_BYTES);
	assert_memory_equal(reply_find(&reply, "X-Extra"), "a b!\r\n", 6);
	reply_done(&reply);
	client_ask(client, GET("/doc"), &reply);
	assert_null(reply_find(&reply, "X-Extra"));
	reply_done(&reply);
	client_free(client);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_send(client, GET("/defers") GET("/doc") GET("/pages") GET("/first") GET("/nowhere")
				    GET("/doc"));
	assert_true(client_read(client, false, &reply));
	assert_string_equal(reply.body, "deferred");
	reply_done(&reply);
	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.body_len, DOCUMENT_BYTES);
	reply_done(&reply);
	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.body_len, PAGES * PAGE_BYTES);
	reply_done(&reply);
	assert_true(client_read(client, false, &reply));
	assert_string_equal(reply.body, "finished elsewhere");
	reply_done(&reply);
	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.status, 404);
	reply_done(&reply);
	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
}

static void a_body_reaches_its_handler(void **state)
{
	static const char *const methods[] = {"POST", "PUT"};
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;
	char request[256];

	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		snprintf(request, sizeof(request),
			 "%s /echo HTTP/1.1\r\nHost: t\r\nContent-Type: text/x\r\n"
			 "Content-Length: 5\r\n\r\nhello",
			 methods[i]);
		client_ask(client, request, &reply);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.body, "hello");
		assert_memory_equal(reply_find(&reply, "Content-Type"), "text/x\r\n", 8);
		reply_done(&reply);
		snprintf(request, sizeof(request),
			 "%s /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
			 "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
			 methods[i]);
		client_ask(client, request, &reply);
		assert_string_equal(reply.body, "abcdefg");
		reply_done(&reply);
	}
	client_ask(client, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n", &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_len, 0);
	reply_done(&reply);
	client_ask(client, "GET /doc HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello",
		   &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_ask(client, GET("/doc"), &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
}

static void a_client_that_waits_for_100_gets_it(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client,
		   "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
		   "Content-Length: 2\r\n\r\n",
		   &reply);
	assert_int_equal(reply.status, 100);
	reply_done(&reply);
	client_ask(client, "ok", &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "ok");
	reply_done(&reply);
	client_free(client);
	client = client_new(f->port);
	client_ask(client,
		   "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
		   "Content-Length: 10001\r\n\r\n",
		   &reply);
	assert_int_equal(reply.status, 413);
	reply_done(&reply);
	client_free(client);
}

static void a_body_that_is_too_large_is_refused(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;
	char chunk[5000 + 16];
	size_t len;

	client_ask(client, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999\r\n\r\n",
		   &reply);
	assert_int_equal(reply.status, 413);
	assert_non_null(strstr(reply.body, "\"reason\":\"too_large\""));
	reply_done(&reply);
	client_free(client);

	client = client_new(f->port);
	client_ask(client,
		   "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10001\r\n"
		   "Expect: 100-continue\r\n\r\n",
		   &reply);
	assert_int_equal(reply.status, 413);
	reply_done(&reply);
	client_free(client);

	/* Whoever writes all of it before he reads is answered as well, and may go on. */
	client = client_new(f->port);
	memset(chunk, 'x', 5000);
	chunk[5000] = '\0';
	client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10001\r\n\r\n");
	client_send(client, chunk);
	client_send(client, chunk);
	client_ask(client, "x", &reply);
	assert_int_equal(reply.status, 413);
	reply_done(&reply);
	client_ask(client, GET("/doc"), &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);

	client = client_new(f->port);
	client_send(client, "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
	len = (size_t)sprintf(chunk, "1388\r\n");
	memset(chunk + len, 'x', 5000);
	strcpy(chunk + len + 5000, "\r\n");
	for (int i = 0; i < 3; i++)
		client_send(client, chunk);
	client_ask(client, "0\r\n\r\n", &reply);
	assert_int_equal(reply.status, 413);
	reply_done(&reply);
	client_free(client);
}

static void headers_that_never_end_harm_nobody(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;
	char *headers = calloc(1, 60000);
	char *end = stpcpy(headers, "GET /doc HTTP/1.1\r\n");

	while (end < headers + 50000)
		end = stpcpy(end, "X: y\r\n");
	strcpy(end, "\r\n");
	/* The library refuses it by itself, with a 431 that a reset may overtake. */
	client_send(client, headers);
	client_free(client);
	free(headers);

	for (int i = 0; i < 20; i++) {
		client = client_new(f->port);
		client_send(client, "GET /doc HTTP/1.1\r\nHost");
		client_free(client);
	}
	client = client_new(f->port);
	client_ask(client, GET("/doc"), &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
}

static void unknown_paths_and_methods_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/nowhere"), &reply);
	assert_int_equal(reply.status, 404);
	assert_non_null(strstr(reply.body, "{\"error\":{\"reason\":\"no_route\""));
	assert_non_null(strstr(reply.body, "\"request\":\""));
	reply_done(&reply);
	client_ask(client, GET("/echo"), &reply);
	assert_int_equal(reply.status, 405);
	assert_memory_equal(reply_find(&reply, "Allow"), "POST, PUT\r\n", 11);
	reply_done(&reply);
	client_ask(client, "OPTIONS /doc HTTP/1.1\r\nHost: t\r\n\r\n", &reply);
	assert_int_equal(reply.status, 405);
	assert_memory_equal(reply_find(&reply, "Allow"), "GET, HEAD\r\n", 11);
	reply_done(&reply);
	client_ask(client, GET("http://elsewhere/doc"), &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
}

static void an_error_takes_the_form_of_its_plane(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/fails"), &reply);
	assert_int_equal(reply.status, 507);
	assert_non_null(strstr(reply.body, "\"reason\":\"db_full\""));
	reply_done(&reply);
	client_ask(client, GET("/fails.txt"), &reply);
	assert_int_equal(reply.status, 507);
	assert_string_equal(reply.body, "the disk is full; nothing was changed\n");
	reply_done(&reply);
	client_free(client);
}

static void a_phone_learns_nothing_from_a_refusal(void **state)
{
	static const char *const asked[] = {
		GET("/nowhere"), "POST /xml/7C2F80820EC0.xml HTTP/1.1\r\nHost: t\r\n\r\n",
		GET("/xml/a%2Fb.xml"), GET("/xml/a%00.xml"), GET("/xml/../xml/a.xml")};
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	for (size_t i = 0; i < COUNT_OF(asked); i++) {
		client_ask(client, asked[i], &reply);
		assert_int_equal(reply.status, 404);
		assert_string_equal(reply.body, "not found\n");
		assert_null(reply_find(&reply, "Allow"));
		reply_done(&reply);
	}
	client_ask(client, GET("/xml/7c2f80820ec0.xml?a=b"), &reply);
	assert_string_equal(reply.body, "7c2f80820ec0");
	reply_done(&reply);
	client_ask(client, GET("/xml/%37c.xml"), &reply);
	assert_string_equal(reply.body, "7c");
	reply_done(&reply);
	client_free(client);
}

/* Sends a body of `len` bytes and gives the status. */
static int import_status(struct client *client, const char *headers, size_t len)
{
	struct reply reply;
	char head[256];
	char *body = calloc(1, len + 1);

	memset(body, 'x', len);
	snprintf(head, sizeof(head),
		 "POST /import HTTP/1.1\r\nHost: t\r\n%sContent-Length: %zu\r\n\r\n", headers, len);
	client_send(client, head);
	client_send(client, body);
	free(body);
	assert_true(client_read(client, false, &reply));
	if (reply.status == 200)
		assert_int_equal(strtoul(reply.body, NULL, 10), len);
	reply_done(&reply);
	return reply.status;
}

static void an_import_may_be_larger_for_who_says_who_he_is(void **state)
{
	static const char *const someone = "Authorization: Basic eDp5\r\n";
	static const struct {
		bool says;
		size_t len;
		int status;
	} rows[] = {
		{false, 10000, 200}, {false, 10001, 401}, {true, 10001, 200},
		{true, 50000, 200},  {true, 50001, 413},  {false, 50001, 413},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct client *client = client_new(f->port);

		assert_int_equal(import_status(client, rows[i].says ? someone : "", rows[i].len),
				 rows[i].status);
		client_free(client);
	}
}

/* The bodies of some have begun; there is no room for one more until they have gone. */
static void only_a_few_imports_are_taken_at_a_time(void **state)
{
	static const char *const begin =
		"POST /import HTTP/1.1\r\nHost: t\r\nAuthorization: Basic eDp5\r\n"
		"Content-Length: 20000\r\n\r\nx";
	struct fixture *f = *state;
	struct client *begun[4];
	struct client *client;
	int status = 0;

	for (size_t i = 0; i < COUNT_OF(begun); i++) {
		begun[i] = client_new(f->port);
		client_send(begun[i], begin);
	}
	for (int i = 0; i < 500 && status != 503; i++) {
		client = client_new(f->port);
		status = import_status(client, "Authorization: Basic eDp5\r\n", 10001);
		client_free(client);
	}
	assert_int_equal(status, 503);
	for (size_t i = 0; i < COUNT_OF(begun); i++)
		client_free(begun[i]);
	for (int i = 0; i < 500 && status != 200; i++) {
		client = client_new(f->port);
		status = import_status(client, "Authorization: Basic eDp5\r\n", 10001);
		client_free(client);
	}
	assert_int_equal(status, 200);
}

static void accounts_are_challenged_in_order(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;
	const char *md5;
	const char *sha;
	const char *basic;

	client_ask(client, GET("/any"), &reply);
	assert_int_equal(reply.status, 401);
	md5 = strstr(reply.head, "WWW-Authenticate: Digest realm=\"gigaprovd\", qop=\"auth\", "
				 "algorithm=MD5, nonce=\"");
	sha = strstr(reply.head, "algorithm=SHA-256");
	basic = strstr(reply.head,
		       "WWW-Authenticate: Basic realm=\"gigaprovd\", charset=\"UTF-8\"");
	assert_non_null(md5);
	assert_true(md5 < sha && sha < basic);
	assert_string_equal(reply.body, "name and password are required\n");
	reply_done(&reply);
	client_ask(client, GET("/admin"), &reply);
	assert_int_equal(reply.status, 401);
	assert_non_null(strstr(reply.body, "\"reason\":\"unauthorized\""));
	reply_done(&reply);
	client_free(client);
}

static void a_forwarded_address_is_believed_from_proxies_only(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct config *config = server_config(PLANE_API);
	struct net_prefix *prefix = mem_new(config, struct net_prefix);
	struct client *client;
	struct reply reply;

	*state = f;
	assert_true(net_prefix_parse("127.0.0.0/8", prefix));
	config->listeners[0].trusted_proxies.prefixes = prefix;
	config->listeners[0].trusted_proxies.count = 1;
	fixture_start(f, config);
	client = client_new(f->port);
	client_ask(client,
		   "GET /address HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n"
		   "X-Forwarded-For: 127.0.0.9\r\n\r\n",
		   &reply);
	assert_string_equal(reply.body, "192.0.2.7");
	reply_done(&reply);
	client_ask(client,
		   "GET /address HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: 6.6.6.6, junk\r\n\r\n",
		   &reply);
	assert_string_equal(reply.body, "127.0.0.1");
	reply_done(&reply);
	client_free(client);
}

static void the_control_socket_knows_its_peer(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct config *config = server_config(PLANE_METRICS);
	char path[] = "/tmp/gigaprov-test-XXXXXX";
	char expected[32];
	struct client *client;
	struct reply reply;
	struct stat st;

	*state = f;
	assert_non_null(mkdtemp(path));
	config->daemon.control_socket = mem_printf(config, "%s/control.sock", path);
	snprintf(expected, sizeof(expected), "uid:%u", (unsigned)geteuid());
	fixture_start(f, config);
	assert_int_equal(stat(config->daemon.control_socket, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	client = client_new_unix(config->daemon.control_socket);
	client_ask(client, GET("/admin"), &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, expected);
	reply_done(&reply);
	client_ask(client, GET("/address"), &reply);
	assert_string_equal(reply.body, "unix");
	reply_done(&reply);
	client_ask(client, GET("/fails.txt"), &reply);
	assert_non_null(strstr(reply.body, "\"reason\":\"db_full\""));
	reply_done(&reply);
	client_free(client);
	assert_int_equal(ask_status(f->port, GET("/admin")), 404);
	http_stop(f->http);
	f->http = NULL;
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_prepared_reply_is_sent_and_the_connection_kept),
		TEST(a_head_request_gets_the_headers_only),
		TEST(an_etag_that_is_known_gives_304),
		TEST(a_header_can_be_added_to_a_prepared_reply),
		TEST(pipelined_requests_are_answered_in_order),
		TEST(a_body_reaches_its_handler),
		TEST(a_client_that_waits_for_100_gets_it),
		TEST(a_body_that_is_too_large_is_refused),
		TEST(headers_that_never_end_harm_nobody),
		TEST(unknown_paths_and_methods_are_told_apart),
		TEST(an_error_takes_the_form_of_its_plane),
		cmocka_unit_test_setup_teardown(a_phone_learns_nothing_from_a_refusal, setup_phones,
						teardown),
		TEST(an_import_may_be_larger_for_who_says_who_he_is),
		TEST(only_a_few_imports_are_taken_at_a_time),
		TEST(accounts_are_challenged_in_order),
		cmocka_unit_test_teardown(a_forwarded_address_is_believed_from_proxies_only,
					  teardown),
		cmocka_unit_test_teardown(the_control_socket_knows_its_peer, teardown),
	};
	int failed;

	server_begin();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	server_end();
	return failed;
}
