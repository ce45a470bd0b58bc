/* SPDX-License-Identifier: MIT */
#pragma once

/* A server whose handlers reply in all the ways that there are, for tests of src/http. */

#include "http_client.h"

#include <inttypes.h>
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

static inline void gate_wait(const bool *flag)
{
	pthread_mutex_lock(&gate.lock);
	while (!*flag)
		pthread_cond_wait(&gate.changed, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static inline void gate_set(bool *flag)
{
	pthread_mutex_lock(&gate.lock);
	*flag = true;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
}

static inline void text(struct request *req, const char *s)
{
	reply_bytes(req, 200, "text/plain", s, strlen(s));
}

static inline int inline_document(struct request *req)
{
	reply_prepared(req, document);
	if (request_query(req, "extra"))
		reply_header(req, "X-Extra", request_query(req, "extra"));
	return 0;
}

static inline int inline_param(struct request *req)
{
	text(req, request_param(req, "mac"));
	return 0;
}

static inline int worker_echo(struct request *req)
{
	size_t len;
	const char *body = request_body(req, &len);
	const char *type = request_header(req, "CONTENT-TYPE");

	reply_bytes(req, 200, type, body, len);
	return 0;
}

static inline int worker_length(struct request *req)
{
	size_t len;

	request_body(req, &len);
	text(req, mem_printf(request_mem(req), "%zu", len));
	return 0;
}

static inline int worker_document(struct request *req)
{
	reply_prepared(req, document);
	return 0;
}

static inline int worker_fails(struct request *req)
{
	(void)req;
	return -E_DB_FULL;
}

static inline int deferred(struct request *req)
{
	text(req, "deferred");
	return 0;
}

static inline int inline_defers(struct request *req)
{
	return request_defer(req, deferred);
}

static inline void *finish_main(void *arg)
{
	text(arg, "finished elsewhere");
	request_finish(arg, 0);
	return NULL;
}

/* Finished before the handler returns. */
static inline int inline_finished_first(struct request *req)
{
	pthread_t thread;
	int r = request_detach(req);

	if (r < 0)
		return r;
	pthread_create(&thread, NULL, finish_main, req);
	pthread_join(thread, NULL);
	return REQUEST_LATER;
}

static inline int worker_later(struct request *req)
{
	pthread_mutex_lock(&gate.lock);
	gate.request = req;
	gate.is_entered = true;
	pthread_cond_broadcast(&gate.changed);
	pthread_mutex_unlock(&gate.lock);
	return REQUEST_LATER;
}

static inline int worker_held(struct request *req)
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

static inline int next_page(void *arg, struct buf *out)
{
	struct pages *pages = arg;

	for (int i = 0; i < PAGE_BYTES / 10; i++)
		buf_printf(out, "%08d,\n", pages->page);
	return ++pages->page < pages->last ? 1 : pages->result;
}

static inline int worker_pages(struct request *req)
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

static inline int who(struct request *req)
{
	const struct principal *principal = request_principal(req);

	text(req, principal ? principal->name : "nobody");
	return 0;
}

static inline int address(struct request *req)
{
	char s[NET_TEXT_MAX];

	net_address_text(request_address(req), s);
	text(req, s);
	return 0;
}

static inline int cookies(struct request *req)
{
	const char *s = request_cookies(req);

	text(req, s ? s : "none");
	return 0;
}

static inline int connection(struct request *req)
{
	text(req, mem_printf(request_mem(req), "%" PRIu64, request_connection(req)));
	return 0;
}

static const struct route routes[] = {
	{HTTP_GET, "/cookies", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, cookies, "", ""},
	{HTTP_GET, "/worker/cookies", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, cookies, "", ""},
	{HTTP_GET, "/connection", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, connection, "", ""},
	{HTTP_GET, "/worker/connection", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, connection, "",
	 ""},
	{HTTP_POST, "/talk", PLANE_WPI, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_fails, "", ""},
	{HTTP_GET, "/talk/file", PLANE_WPI, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_fails, "", ""},
	{HTTP_GET, "/doc", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, inline_document, "doc", ""},
	{HTTP_GET, "/xml/{mac}.xml", PLANE_PHONES, ROUTE_AUTH_DEVICE, ROUTE_INLINE, inline_param,
	 "param", ""},
	{HTTP_GET, "/worker/doc", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_document, "",
	 ""},
	{HTTP_POST, "/echo", PLANE_API, ROUTE_AUTH_NONE, ROUTE_WORKER, worker_echo, "echo", ""},
	{HTTP_PUT, "/echo", PLANE_API, ROUTE_AUTH_NONE, ROUTE_INLINE, worker_echo, "echo", ""},
	{HTTP_POST, "/import", PLANE_API, ROUTE_AUTH_NONE, ROUTE_IMPORT, worker_length, "", ""},
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

static inline void fixture_start(struct fixture *f, struct config *config)
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

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_start(f, server_config(PLANE_API | PLANE_RPC));
	*state = f;
	return 0;
}

static inline int setup_phones(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fixture_start(f, server_config(PLANE_API | PLANE_PHONES));
	*state = f;
	return 0;
}

static inline int setup_impatient(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct config *config = server_config(PLANE_API);

	config->limits.deadline_seconds = 0;
	fixture_start(f, config);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->http)
		http_stop(f->http);
	free(f);
	return 0;
}

static inline int no_account(void *arg, const char *name, struct credential *ret)
{
	(void)arg;
	(void)name;
	(void)ret;
	return 0;
}

/* Once, before the tests. */
static inline void server_begin(void)
{
	static const uint8_t key[32] = {1, 2, 3};
	static char bytes[DOCUMENT_BYTES];

	assert_true(sodium_init() >= 0);
	digest_setup(key);
	auth_setup(no_account, NULL);
	memset(bytes, 'x', sizeof(bytes));
	document = prepared_new(200, "text/xml", bytes, sizeof(bytes), "abc");
}

static inline void server_end(void)
{
	prepared_unref(document);
	config_use(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
