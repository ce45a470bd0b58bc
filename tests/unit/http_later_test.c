/* SPDX-License-Identifier: MIT */
/* Requests that are answered later: deferred, expired, streamed, caught by a stop. */
#include "http_server.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_may_be_finished_from_another_thread),
		TEST(a_request_may_go_back_to_a_worker),
		cmocka_unit_test_setup_teardown(a_request_past_its_deadline_is_answered_meanwhile,
						setup_impatient, teardown),
		TEST(a_stream_of_many_pages_is_sent_whole),
		TEST(a_stream_that_breaks_is_not_ended_properly),
		TEST(clients_may_leave_at_any_time),
		TEST(stopping_answers_what_is_in_flight),
		TEST(stopping_resumes_what_nobody_finishes),
		TEST(many_clients_at_once_are_served),
		TEST(stopping_under_load_loses_nobody),
	};
	int failed;

	server_begin();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	server_end();
	return failed;
}
