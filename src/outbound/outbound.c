/* SPDX-License-Identifier: MIT */
/*
 * The thread that tells upstreams.
 *
 * It sleeps in curl_multi_poll() until a server answers, until something is
 * due, or until curl_multi_wakeup() says that there is news: a commit that
 * wrote to the outbox (writer_on_wake), another configuration, the end.  What
 * calls came to, and what is to be sent next, is one write operation for which
 * the thread waits: that is why it is a thread, and not a part of the main
 * loop, which must not wait for a commit.  Host names are looked up, and TLS
 * is spoken, here too.
 */
#include "outbound/outbound.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "call.h"
#include "contact.h"
#include "health.h"
#include "list.h"
#include "mirror.h"
#include "sip.h"
#include "step.h"

enum {
	STOP_MS = 5000, /* for calls under way, when the daemon stops */
	STOP_LOOK_MS = 100,
	AGAIN_MS = 1000, /* after the database did not take it */
	COUNT_MS = 1000, /* between two looks at how much waits */
	IDLE_CONNECTIONS = 64,
};

static struct {
	CURLM *multi;
	pthread_t thread;
	bool is_started;
	atomic_bool is_stopping;
	atomic_bool has_news;

	/* The thread's own. */
	struct call *under_way;
	struct call *ended;
	int64_t due_at_ms;
	int64_t counted_at_ms;
	bool is_counted; /* nothing has changed since */
} outbound;

static void wake(void)
{
	atomic_store(&outbound.has_news, true);
	curl_multi_wakeup(outbound.multi);
}

/* The outbox need not be looked at. */
static void wake_poll(void)
{
	curl_multi_wakeup(outbound.multi);
}

static void on_commit(void *arg)
{
	(void)arg;
	wake();
}

static void under_way_remove(struct call *call)
{
	struct call **at = &outbound.under_way;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
}

static void keep_ended(struct call *call)
{
	call->next = outbound.ended;
	outbound.ended = call;
}

/* Goes on with those whose server has answered. */
static void reap(void)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(outbound.multi, &left))) {
		CURLcode code = message->data.result;
		struct call *call = NULL;

		if (message->msg != CURLMSG_DONE || mirror_advance(message->easy_handle, code) ||
		    contact_advance(message->easy_handle, code))
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
		call_advance(call, outbound.multi, code);
		if (!call_has_ended(call))
			continue;
		under_way_remove(call);
		keep_ended(call);
	}
}

static void begin(struct call *list)
{
	struct call *next;

	for (struct call *call = list; call; call = next) {
		next = call->next;
		call->next = outbound.under_way;
		outbound.under_way = call;
		call_begin(call, outbound.multi);
		if (!call_has_ended(call))
			continue;
		under_way_remove(call);
		keep_ended(call);
	}
}

static void look(bool is_stopping)
{
	struct step step = {.ended = &outbound.ended, .under_way = outbound.under_way};
	int r;

	atomic_store(&outbound.has_news, false);
	r = step_run(&step, is_stopping);
	if (r < 0)
		log_warn("the outbox could not be read or written", LOG_E(r));
	begin(step.begun);
	if (!mirror_look(is_stopping) || r < 0 || outbound.ended)
		step.wait_ms = AGAIN_MS;
	outbound.due_at_ms = clock_monotonic_ms() + step.wait_ms;
	outbound.is_counted = false;
}

/* The gauge; now and then, since counting walks what waits. */
static void count(void)
{
	int64_t now = clock_monotonic_ms();
	struct db *db;
	int64_t rows;

	if (outbound.is_counted || now - outbound.counted_at_ms < COUNT_MS)
		return;
	outbound.counted_at_ms = now;
	outbound.is_counted = true;
	if (fleet_reader(&db) == 0 && outbox_count(db, &rows) == 0)
		counter_add(M_OUTBOX, rows - counter_get(M_OUTBOX));
}

/* Until something is due; what a server sends, and news, come first. */
static int wait_ms(bool is_stopping)
{
	int64_t wait = outbound.due_at_ms - clock_monotonic_ms();

	if (is_stopping && wait > STOP_LOOK_MS)
		wait = STOP_LOOK_MS;
	if (!outbound.is_counted && wait > COUNT_MS)
		wait = COUNT_MS;
	return wait > 0 ? (int)wait : 0;
}

static void turn(bool is_stopping)
{
	int running;

	if (outbound.ended || mirror_has_ended() || atomic_load(&outbound.has_news) ||
	    clock_monotonic_ms() >= outbound.due_at_ms)
		look(is_stopping);
	contact_look(is_stopping);
	count();
	curl_multi_poll(outbound.multi, NULL, 0, wait_ms(is_stopping), NULL);
	curl_multi_perform(outbound.multi, &running);
	reap();
}

static void *outbound_main(void *arg)
{
	int64_t stop_at = 0;

	(void)arg;
	pthread_setname_np(pthread_self(), "outbound");
	while (!stop_at ||
	       ((outbound.under_way || contact_is_under_way()) && clock_monotonic_ms() < stop_at)) {
		if (!stop_at && atomic_load(&outbound.is_stopping)) {
			stop_at = clock_monotonic_ms() + STOP_MS;
			continue;
		}
		turn(stop_at != 0);
	}
	if (outbound.ended)
		look(true);
	return NULL;
}

static void link_health(const char *name, struct upstream_health *ret)
{
	health_read(name, ret);
}

static void link_hurry(const char *name)
{
	health_forget(name);
}

static int link_list(const struct config_upstream *upstream, int64_t timeout_ms,
		     upstream_each *each, void *arg, struct diag *reterr)
{
	return list_read(upstream, timeout_ms, &outbound.is_stopping, each, arg, reterr);
}

int outbound_start(const struct config *config, struct diag *reterr)
{
	static const struct upstream_link link = {link_health, link_hurry, link_list};
	int r;

	outbound.multi = curl_multi_init();
	curl_multi_setopt(outbound.multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
	mirror_setup(outbound.multi);
	contact_setup(outbound.multi, wake_poll);
	r = -pthread_create(&outbound.thread, NULL, outbound_main, NULL);
	if (r < 0)
		return diag_set(reterr, r, "no thread for upstreams: %s", error_text(r));
	outbound.is_started = true;
	writer_on_wake(fleet_writer(), on_commit, NULL);
	fleet_upstream_setup(&link);
	return sip_start(config, reterr);
}

void outbound_reload(void)
{
	health_forget(NULL);
	wake();
}

/* What is broken off stays unsure in the outbox. */
static void calls_drop(struct call **list)
{
	while (*list) {
		struct call *call = *list;

		*list = call->next;
		call_free(call);
	}
}

void outbound_stop(void)
{
	sip_stop();
	if (!outbound.is_started)
		return;
	writer_on_wake(fleet_writer(), NULL, NULL);
	atomic_store(&outbound.is_stopping, true);
	wake();
	pthread_join(outbound.thread, NULL);
	outbound.is_started = false;
}

void outbound_done(void)
{
	sip_done();
	fleet_upstream_setup(NULL);
	contact_done();
	mirror_done();
	calls_drop(&outbound.under_way);
	calls_drop(&outbound.ended);
	curl_multi_cleanup(outbound.multi);
	health_done();
}
