/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping.
 *
 * libmicrohttpd aborts the process when it is stopped with a connection
 * suspended.  So: no new connections; nothing may be suspended any more; the
 * workers run what they have to its end; whatever is suspended still is
 * resumed with an error; and only when nobody has anything left to resume are
 * the daemons stopped.
 */
#include "http/http.h"

#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "exchange.h"
#include "link.h"
#include "listener.h"

enum { POLL_MS = 5, RESUME_MS = 100, LAST_ANSWERS_MS = 2000 };

static int listeners_start(struct http *http, const struct config *config, struct diag *reterr)
{
	bool has_control = config->daemon.control_socket && *config->daemon.control_socket;
	int r;

	http->listeners = mem_array(http, struct listener, config->listener_count + 1);
	for (size_t i = 0; i < config->listener_count; i++) {
		struct listener *listener = &http->listeners[http->listener_count++];

		r = listener_start(http, listener, config, &config->listeners[i], reterr);
		if (r < 0)
			return r;
	}
	if (!has_control)
		return 0;
	return listener_start_control(http, &http->listeners[http->listener_count++], config,
				      reterr);
}

int http_start(void *mem, const struct config *config, const struct route *routes, size_t count,
	       request_handler *phone_handler, struct http **ret, struct diag *reterr)
{
	struct http *http;
	int r;

	if (sodium_init() < 0)
		return diag_set(reterr, -E_INTERNAL, "libsodium cannot start");
	http = mem_new(mem, struct http);
	pthread_mutex_init(&http->lock, NULL);
	r = router_new(http, routes, count, &config->provisioning.paths, phone_handler,
		       &http->router, reterr);
	if (r == 0)
		r = pool_new(http, config->daemon.workers, &http->pool);
	if (r == 0)
		r = listeners_start(http, config, reterr);
	if (r < 0) {
		http_stop(http);
		return r;
	}
	*ret = http;
	return 0;
}

unsigned http_port(const struct http *http, const char *listener)
{
	for (size_t i = 0; i < http->listener_count; i++)
		if (strcmp(http->listeners[i].name, listener) == 0)
			return http->listeners[i].port;
	return 0;
}

void http_tick(struct http *http)
{
	const struct config *config = config_pin();
	int64_t now = clock_monotonic_ms();

	pool_watch(http->pool);
	request_expire_all(http, now, -E_TIMEOUT);
	for (size_t i = 0; i < http->listener_count; i++)
		if (http->listeners[i].daemon && !http->listeners[i].is_control)
			link_expire_all(&http->listeners[i], now,
					(int64_t)config->limits.deadline_seconds * 1000);
	config_release(config);
}

bool http_is_taking(const struct http *http)
{
	return !atomic_load(&http->is_quiet);
}

void http_quiesce(struct http *http)
{
	if (atomic_exchange(&http->is_quiet, true))
		return;
	for (size_t i = 0; i < http->listener_count; i++)
		listener_quiesce(&http->listeners[i]);
	if (http->socket_path)
		unlink(http->socket_path);
}

/* Rare enough for polling: once in the life of the daemon. */
static bool is_none_in(const _Atomic unsigned *count, int64_t timeout_ms)
{
	static const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
	int64_t until = clock_monotonic_ms() + timeout_ms;

	while (atomic_load(count) && clock_monotonic_ms() < until)
		nanosleep(&pause, NULL);
	return atomic_load(count) == 0;
}

unsigned http_drain(struct http *http, int64_t timeout_ms)
{
	return is_none_in(&http->open, timeout_ms) ? 0 : atomic_load(&http->open);
}

void http_stop(struct http *http)
{
	http_quiesce(http);
	atomic_store(&http->is_stopping, true);
	if (http->pool)
		pool_stop(http->pool);
	do
		request_expire_all(http, INT64_MAX, -E_STOPPING);
	while (!is_none_in(&http->suspended, RESUME_MS));
	is_none_in(&http->open, LAST_ANSWERS_MS);
	for (size_t i = 0; i < http->listener_count; i++)
		listener_stop(&http->listeners[i]);
	/* Whoever still holds a request will come back to it: better a leak than that. */
	if (!is_none_in(&http->away, LAST_ANSWERS_MS))
		return;
	if (http->pool)
		pool_free(http->pool);
	pthread_mutex_destroy(&http->lock);
	mem_free(http);
}

uint64_t http_heartbeat(const struct http *http)
{
	return pool_heartbeat(http->pool);
}
