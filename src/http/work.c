/* SPDX-License-Identifier: MIT */
/*
 * Requests away from their connection's thread.
 *
 * The connection is suspended before anybody else gets the request, so that a
 * resume can never come first.  One compare-and-swap decides between the
 * worker's answer and the deadline; who wins it resumes the connection, and
 * only the connection's own thread queues the reply, in access.c.
 *
 * The list of suspended requests holds no references: a request is in it only
 * while its worker's reference is held.
 */
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "exchange.h"
#include "http/reply.h"

static void list_add(struct http *http, struct request *req)
{
	pthread_mutex_lock(&http->lock);
	req->waiting_previous = NULL;
	req->waiting_next = http->waiting_first;
	if (http->waiting_first)
		http->waiting_first->waiting_previous = req;
	http->waiting_first = req;
	req->is_listed = true;
	pthread_mutex_unlock(&http->lock);
}

/* With the lock held. */
static void list_remove(struct http *http, struct request *req)
{
	if (!req->is_listed)
		return;
	if (req->waiting_previous)
		req->waiting_previous->waiting_next = req->waiting_next;
	else
		http->waiting_first = req->waiting_next;
	if (req->waiting_next)
		req->waiting_next->waiting_previous = req->waiting_previous;
	req->is_listed = false;
}

static int64_t deadline_of(const struct request *req)
{
	return clock_monotonic_ms() + (int64_t)req->config->limits.deadline_seconds * 1000;
}

void request_prolong(struct request *req)
{
	pthread_mutex_lock(&req->http->lock);
	req->deadline_at_ms = deadline_of(req);
	pthread_mutex_unlock(&req->http->lock);
}

void request_prolong_arg(void *req)
{
	request_prolong(req);
}

int request_detach(struct request *req)
{
	if (atomic_load(&req->state) != REQUEST_RUNNING)
		return 0;
	if (!suspension_begin(req->http))
		return -E_STOPPING;
	request_headers_copy(req);
	request_address(req);
	request_client_cert_find(req);
	req->deadline_at_ms = deadline_of(req);
	request_ref(req);
	atomic_fetch_add(&req->http->away, 1);
	MHD_suspend_connection(req->connection);
	atomic_store(&req->state, REQUEST_SUSPENDED);
	list_add(req->http, req);
	return 0;
}

/* True when the caller may answer: nobody else will from now on. */
static bool win(struct request *req, enum request_state state)
{
	int from = REQUEST_SUSPENDED;

	return atomic_compare_exchange_strong(&req->state, &from, (int)state);
}

void request_finish(struct request *req, int result)
{
	struct http *http = req->http;

	if (result < 0)
		reply_error(req, result, NULL);
	else if (!req->status)
		reply_error(req, -E_INTERNAL, "the handler has set no reply");
	pthread_mutex_lock(&http->lock);
	list_remove(http, req);
	pthread_mutex_unlock(&http->lock);
	if (win(req, REQUEST_ANSWERED))
		suspension_end(http, req->connection);
	else
		reply_set(req, 0, NULL);
	request_unref(req);
	atomic_fetch_sub(&http->away, 1);
}

static int run(struct request *req)
{
	int r;

	if (atomic_load(&req->state) == REQUEST_EXPIRED || atomic_load(&req->http->is_stopping)) {
		auth_turn_end(req);
		return -E_STOPPING;
	}
	if (!req->is_admitted) {
		r = request_admit(req);
		if (r != 0)
			return r;
		req->is_admitted = true;
	}
	return request_query_is_known(req) ? req->handler(req) : 0;
}

static void run_work(struct work *work)
{
	struct request *req = (struct request *)work;
	char id[REQUEST_ID_MAX];
	int r;

	/* The request may be gone when its handler returns; its lines may not. */
	memcpy(id, req->id, sizeof(id));
	log_request(id);
	r = run(req);
	if (r != REQUEST_LATER)
		request_finish(req, r);
	log_request(NULL);
}

int request_defer(struct request *req, request_handler *handler)
{
	unsigned limit = req->config->limits.work_queue;
	int r;

	r = request_detach(req);
	if (r < 0)
		return r;
	req->handler = handler;
	req->work.run = run_work;
	r = pool_post(req->http->pool, &req->work, limit > INT_MAX ? INT_MAX : (int)limit);
	return r < 0 ? r : REQUEST_LATER;
}

void request_expire_all(struct http *http, int64_t now_ms, int result)
{
	struct request *expired = NULL;
	struct request *next;

	pthread_mutex_lock(&http->lock);
	for (struct request *req = http->waiting_first; req; req = next) {
		next = req->waiting_next;
		if (req->deadline_at_ms > now_ms)
			continue;
		list_remove(http, req);
		req->expired_with = result;
		/* The connection's reference keeps those that are won, until it is resumed. */
		if (win(req, REQUEST_EXPIRED)) {
			req->waiting_next = expired;
			expired = req;
		}
	}
	pthread_mutex_unlock(&http->lock);
	for (; expired; expired = next) {
		next = expired->waiting_next;
		if (result == -E_TIMEOUT)
			counter_add(M_REQUEST_EXPIRED, 1);
		suspension_end(http, expired->connection);
	}
}
