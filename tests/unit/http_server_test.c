/* SPDX-License-Identifier: MIT */
#include "http_client.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "http/auth.h"
#include "http/digest.h"
#include "http/reply.h"
#include "http/request.h"

enum { DOCUMENT_BYTES = 4700, PAGES = 300, PAGE_BYTES = 1000 };

static struct prepared *document;

/* One handler at a time may be held until the test lets it go. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct request *request; /* what a handler has left */
	bool is_entered;
	bool may_go;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void gate_wait(const bool *flag)
{
	pthread_mutex_lock(&gate.lock);
	while (!*flag)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static void gate_set(bool *flag)
{
	pthread_mutex_lock(&gate.lock);
	*flag = true;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

static void text(struct request *req, const char *s)
{
	reply_bytes(req, 200, "text/plain", s, strlen(s));
}

static int inline_document(struct request *req)
{
	reply_prepared(req, document);
	if (request_query(req, "extra"))
		reply_header(req, "X-Extra", request_query(req, "extra"));
	return 0;
}

static int inline_param(struct request *req)
{
	text(req, request_param(req, "mac"));
	return 0;
}

static int worker_echo(struct request *req)
{
	size_t len;
	const char *body = request_body(req, &len);
	const char *type = request_header(req, "CONTENT-TYPE");

	reply_bytes(req, 200, type, body, len);
	return 0;
}

static int worker_document(struct request *req)
{
	reply_prepared(req, document);
	return 0;
}

static int worker_fails(struct request *req)
{
	(void)req;
	return -E_DB_FULL;
}

static int deferred(struct request *req)
{
	text(req, "deferred");
	return 0;
}

static int inline_defers(struct request *req)
{
	return request_defer(req, deferred);
}

static void *finish_main(void *arg)
{
	text(arg, "finished elsewhere");
	request_finish(arg, 0);
	return NULL;
}

/* Finished before the handler returns. */
static int inline_finished_first(struct request *req)
{
	pthread_t thread;
	int r = request_detach(req);

	if (r < 0)
		return r;
	pthread_create(&thread, NULL, finish_main, req);
	pthread_join(thread, NULL);
	return REQUEST_LATER;
}

static int worker_later(struct request *req)
{
	pthread_mutex_lock(&gate.lock);
	gate.request = req;
	gate.is_entered = true;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
	return REQUEST_LATER;
}

static int worker_held(struct request *req)
{
	gate_set(&gate.is_entered);
	gate_wait(&gate.may_go);
	text(req, "late");
	return 0;
}

struct pages {
	int page;
	int last;
	int result;
};

static int next_page(void *arg, struct buf *out)
{
	struct pages *pages = arg;

	for (int i = 0; i < PAGE_BYTES / 10; i++)
		buf_printf(out, "%08d,\n", pages->page);
	return ++pages->page < pages->last ? 1 : pages->result;
}

static int worker_pages(struct request *req)
{
	struct pages *pages = mem_new(request_mem(req), struct pages);

	pages->last = PAGES;
	if (request_query(req, "break")) {
		pages->last = 3;
		pages->result = -E_DB;
	}
	reply_stream(req, 200, "text/csv", next_page, pages);
	return 0;
}

static int who(struct request *req)
{
	const struct principal *principal = request_principal(req);

	text(req, principal ? principal->name : "nobody");
	return 0;
}

static int address(struct request *req)
{
	char s[NET_TEXT_MAX];

	net_address_text(request_address(req), s);
	text(req, s);
	return 0;
}

static const struct route routes[] = {
	{HTTP_GET, "/doc", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, inline_document, "doc", ""},
	{HTTP_GET, "/xml/{mac}.xml", PLANE_PHONES, ROUTE_AUTH_DEVICE, ROUTE_INLINE, inline_param,
	 "param", ""},
	{HTTP_GET, "/worker/doc", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_document, "",
	 ""},
	{HTTP_POST, "/echo", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_echo, "echo", ""},
	{HTTP_PUT, "/echo", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, worker_echo, "echo", ""},
	{HTTP_GET, "/fails", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_fails, "fails", ""},
	{HTTP_GET, "/fails.txt", PLANE_RPC, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_fails, "", ""},
	{HTTP_GET, "/defers", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, inline_defers, "", ""},
	{HTTP_GET, "/first", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, inline_finished_first, "",
	 ""},
	{HTTP_GET, "/later", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_later, "", ""},
	{HTTP_GET, "/held", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_held, "", ""},
	{HTTP_GET, "/pages", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_pages, "", ""},
	{HTTP_GET, "/address", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, address, "", ""},
	{HTTP_GET, "/any", PLANE_RPC, ROUTE_AUTH_ACCOUNT, ROUTE_WORKER, who, "", ""},
	{HTTP_GET, "/view", PLANE_API, ROUTE_AUTH_VIEWER, ROUTE_INLINE, who, "", ""},
	{HTTP_GET, "/admin", PLANE_API, ROUTE_AUTH_ADMIN, ROUTE_WORKER, who, "", ""},
};

struct fixture {
	struct http *http;
	struct config *config;
	unsigned port;
};

static void fixture_start(struct fixture *f, struct config *config)
{
	struct diag diag = {.line = 0};

	memset(&gate.request, 0, sizeof(gate.request));
	gate.is_entered = false;
	gate.may_go = false;
	f->config = config;
	config_use(config);
	if (http_start(NULL, config, routes, COUNT_OF(routes), inline_param, &f->http, &diag) < 0)
		fail_msg("%s", diag.text);
	f->port = http_port(f->http, "test");
	assert_true(f->port > 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_start(f, server_config(PLANE_API | PLANE_RPC));
	*state = f;
	return 0;
}

static int setup_phones(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_start(f, server_config(PLANE_API | PLANE_PHONES));
	*state = f;
	return 0;
}

static int setup_impatient(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct config *config = server_config(PLANE_API);

	config->limits.deadline_seconds = 0;
	fixture_start(f, config);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->http)
		http_stop(f->http);
	free(f);
	return 0;
}

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

static void a_request_may_be_finished_from_another_thread(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/first"), &reply);
	assert_string_equal(reply.body, "finished elsewhere");
	reply_done(&reply);
	client_send(client, GET("/later"));
	gate_wait(&gate.is_entered);
	text(gate.request, "later");
	request_finish(gate.request, 0);
	assert_true(client_read(client, false, &reply));
	assert_string_equal(reply.body, "later");
	reply_done(&reply);
	client_free(client);
}

static void a_request_may_go_back_to_a_worker(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/defers"), &reply);
	assert_string_equal(reply.body, "deferred");
	reply_done(&reply);
	client_send(client, GET("/later"));
	gate_wait(&gate.is_entered);
	assert_int_equal(request_defer(gate.request, deferred), REQUEST_LATER);
	assert_true(client_read(client, false, &reply));
	assert_string_equal(reply.body, "deferred");
	reply_done(&reply);
	client_free(client);
}

static void a_request_past_its_deadline_is_answered_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	int64_t expired = counter_get(M_REQUEST_EXPIRED);
	struct reply reply;

	client_send(client, GET("/held"));
	gate_wait(&gate.is_entered);
	http_tick(f->http);
	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.status, 503);
	assert_non_null(strstr(reply.body, "\"reason\":\"timeout\""));
	reply_done(&reply);
	assert_int_equal(counter_get(M_REQUEST_EXPIRED), expired + 1);
	/* The connection goes on while the worker is still at it. */
	client_ask(client, GET("/doc"), &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
	gate_set(&gate.may_go);
}

static void a_stream_of_many_pages_is_sent_whole(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/pages"), &reply);
	assert_int_equal(reply.status, 200);
	assert_false(reply.is_cut);
	assert_int_equal(reply.body_len, PAGES * PAGE_BYTES);
	for (int i = 0; i < PAGES; i++)
		assert_int_equal(atoi(reply.body + i * PAGE_BYTES), i);
	reply_done(&reply);
	client_ask(client, "HEAD /pages HTTP/1.1\r\nHost: t\r\n\r\n", &reply);
	assert_int_equal(reply.status, 200);
	reply_done(&reply);
	client_free(client);
	client = client_new(f->port);
	client_ask(client, "GET /pages HTTP/1.0\r\n\r\n", &reply);
	assert_int_equal(reply.body_len, PAGES * PAGE_BYTES);
	reply_done(&reply);
	client_free(client);
}

static void a_stream_that_breaks_is_not_ended_properly(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	struct reply reply;

	client_ask(client, GET("/pages?break=1"), &reply);
	assert_int_equal(reply.status, 200);
	assert_true(reply.is_cut);
	reply_done(&reply);
	client_free(client);
}

static void clients_may_leave_at_any_time(void **state)
{
	static const char *const asked[] = {
		GET("/pages"),	GET("/defers"),
		GET("/first"),	GET("/doc"),
		"GET /doc HTT", "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"};
	struct fixture *f = *state;

	for (int i = 0; i < 120; i++) {
		struct client *client = client_new(f->port);

		client_send(client, asked[i % (int)COUNT_OF(asked)]);
		if (i % 3 == 0)
			client_more(client);
		client_free(client);
	}
	assert_int_equal(ask_status(f->port, GET("/doc")), 200);
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

static void stopping_answers_what_is_in_flight(void **state)
{
	struct fixture *f = *state;
	struct client *later = client_new(f->port);
	struct client *idle = client_new(f->port);
	struct client *slow = client_new(f->port);
	struct request *held;
	struct reply reply;

	client_ask(idle, GET("/doc"), &reply);
	reply_done(&reply);
	client_send(slow, GET("/pages"));
	assert_true(client_more(slow));
	client_send(later, GET("/later"));
	gate_wait(&gate.is_entered);
	held = gate.request;
	assert_true(http_is_taking(f->http));
	http_quiesce(f->http);
	assert_false(http_is_taking(f->http));
	assert_true(http_drain(f->http, 0) >= 1);
	text(held, "last words");
	request_finish(held, 0);
	http_stop(f->http);
	f->http = NULL;
	assert_true(client_read(later, false, &reply));
	assert_string_equal(reply.body, "last words");
	reply_done(&reply);
	assert_false(client_more(idle));
	client_free(idle);
	client_free(slow);
	client_free(later);
}

/* Sees the answer of a request that it has kept to itself, and only then finishes it. */
static void *late_main(void *arg)
{
	struct client *client = arg;
	struct reply reply;

	assert_true(client_read(client, false, &reply));
	assert_int_equal(reply.status, 503);
	assert_non_null(strstr(reply.body, "\"reason\":\"stopping\""));
	reply_done(&reply);
	text(gate.request, "too late");
	request_finish(gate.request, 0);
	return NULL;
}

static void stopping_resumes_what_nobody_finishes(void **state)
{
	struct fixture *f = *state;
	struct client *client = client_new(f->port);
	pthread_t thread;

	client_send(client, GET("/later"));
	gate_wait(&gate.is_entered);
	pthread_create(&thread, NULL, late_main, client);
	http_stop(f->http);
	f->http = NULL;
	pthread_join(thread, NULL);
	client_free(client);
}

struct load {
	pthread_t thread;
	unsigned port;
	int done;
};

static void *load_main(void *arg)
{
	static const char *const asked[] = {GET("/doc"),   GET("/defers"),     GET("/first"),
					    GET("/pages"), GET("/worker/doc"), GET("/nowhere")};
	struct load *load = arg;
	struct client *client = client_new(load->port);
	struct reply reply;

	for (int i = 0; i < 60; i++) {
		const char *request = asked[i % (int)COUNT_OF(asked)];
		bool good;

		send(client->fd, request, strlen(request), MSG_NOSIGNAL);
		good = client_read(client, false, &reply);

		load->done += good && !reply.is_cut;
		reply_done(&reply);
		if (!good)
			break;
	}
	client_free(client);
	return NULL;
}

static void many_clients_at_once_are_served(void **state)
{
	struct fixture *f = *state;
	struct load loads[8];

	for (size_t i = 0; i < COUNT_OF(loads); i++) {
		loads[i].port = f->port;
		loads[i].done = 0;
		pthread_create(&loads[i].thread, NULL, load_main, &loads[i]);
	}
	for (size_t i = 0; i < COUNT_OF(loads); i++) {
		pthread_join(loads[i].thread, NULL);
		assert_int_equal(loads[i].done, 60);
	}
	assert_int_equal(http_drain(f->http, 10000), 0);
	assert_int_equal(counter_get(M_WORK_QUEUE), 0);
}

static void stopping_under_load_loses_nobody(void **state)
{
	struct fixture *f = *state;
	struct load loads[6];
	struct client *client = client_new(f->port);
	struct reply reply;

	for (size_t i = 0; i < COUNT_OF(loads); i++) {
		loads[i].port = f->port;
		loads[i].done = 0;
		pthread_create(&loads[i].thread, NULL, load_main, &loads[i]);
	}
	for (int i = 0; i < 10; i++) {
		client_ask(client, GET("/pages"), &reply);
		reply_done(&reply);
	}
	client_free(client);
	http_stop(f->http);
	f->http = NULL;
	for (size_t i = 0; i < COUNT_OF(loads); i++)
		pthread_join(loads[i].thread, NULL);
}

static int no_account(void *arg, const char *name, struct credential *ret)
{
	(void)arg;
	(void)name;
	(void)ret;
	return 0;
}

int main(void)
{
	static const uint8_t key[32] = {1, 2, 3};
	static char bytes[DOCUMENT_BYTES];
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
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
		TEST(a_request_may_be_finished_from_another_thread),
		TEST(a_request_may_go_back_to_a_worker),
		cmocka_unit_test_setup_teardown(a_request_past_its_deadline_is_answered_meanwhile,
						setup_impatient, teardown),
		TEST(a_stream_of_many_pages_is_sent_whole),
		TEST(a_stream_that_breaks_is_not_ended_properly),
		TEST(clients_may_leave_at_any_time),
		TEST(accounts_are_challenged_in_order),
		cmocka_unit_test_teardown(a_forwarded_address_is_believed_from_proxies_only,
					  teardown),
		cmocka_unit_test_teardown(the_control_socket_knows_its_peer, teardown),
		TEST(stopping_answers_what_is_in_flight),
		TEST(stopping_resumes_what_nobody_finishes),
		TEST(many_clients_at_once_are_served),
		TEST(stopping_under_load_loses_nobody),
#undef TEST
	};
	int failed;

	assert_true(sodium_init() >= 0);
	digest_setup(key);
	auth_setup(no_account, NULL);
	memset(bytes, 'x', sizeof(bytes));
	document = prepared_new(200, "text/xml", bytes, sizeof(bytes), "abc");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	prepared_unref(document);
	config_use(NULL);
	return failed;
}
