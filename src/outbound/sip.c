/* SPDX-License-Identifier: MIT */
#include "sip.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/notify.h"
#include "fleet/watch.h"
#include "multicast.h"
#include "notifying.h"
#include "order.h"
#include "sip_message.h"
#include "sip_screen.h"
#include "sip_socket.h"
#include "sip_stack.h"

enum { POLLS_MAX = 256, PACKETS_PER_TURN = 64, WAIT_MS_MAX = 1000 };

/* What other threads hand over. */
static struct {
	pthread_mutex_t lock;
	struct order *orders;
	struct order **orders_end;
	int64_t *fetched;
	size_t fetched_count;
	bool is_stopping;
} inbox = {.lock = PTHREAD_MUTEX_INITIALIZER, .orders_end = &inbox.orders};

static struct {
	int wake_fd;
	int udp;
	int group; /* -1: not listened to */
	bool is_started;
	pthread_t thread;
	atomic_size_t waiting; /* orders whose turn has not come */
	struct sip_stack *stack;
	struct notifying notifying;
	struct multicast multicast;
} sip = {.wake_fd = -1, .udp = -1, .group = -1};

static void wake(void)
{
	uint64_t one = 1;

	/* It is full: the thread wakes anyway. */
	if (write(sip.wake_fd, &one, sizeof(one)) < 0)
		return;
}

static int order_take(const struct notify_order *ask)
{
	const struct config *config = config_pin();
	size_t most = config->sip.queue;
	int r = 0;

	config_release(config);
	pthread_mutex_lock(&inbox.lock);
	if (inbox.is_stopping) {
		r = -E_STOPPING;
	} else if (atomic_load(&sip.waiting) >= most) {
		r = -E_BUSY;
	} else {
		struct order *order = notifying_new(ask, &sip.waiting);

		*inbox.orders_end = order;
		inbox.orders_end = &order->next;
	}
	pthread_mutex_unlock(&inbox.lock);
	if (r == 0)
		wake();
	return r;
}

static void on_fetched(int64_t mac)
{
	pthread_mutex_lock(&inbox.lock);
	if (!inbox.is_stopping)
		*mem_push(NULL, &inbox.fetched, &inbox.fetched_count) = mac;
	pthread_mutex_unlock(&inbox.lock);
	wake();
}

static bool inbox_empty(void)
{
	struct order *orders, *next;
	int64_t *fetched;
	size_t count;
	bool is_stopping;

	pthread_mutex_lock(&inbox.lock);
	orders = inbox.orders;
	fetched = inbox.fetched;
	count = inbox.fetched_count;
	is_stopping = inbox.is_stopping;
	inbox.orders = NULL;
	inbox.orders_end = &inbox.orders;
	inbox.fetched = NULL;
	inbox.fetched_count = 0;
	pthread_mutex_unlock(&inbox.lock);
	for (; orders; orders = next) {
		next = orders->next;
		notifying_add(&sip.notifying, orders);
	}
	for (size_t i = 0; i < count; i++)
		notifying_fetched(&sip.notifying, fetched[i]);
	mem_free(fetched);
	return !is_stopping;
}

/* Answers to requests of ours; nobody has anything to ask here. */
static void udp_packet(const void *data, size_t len)
{
	osip_event_t *event;

	if (sip_message_read(data, len, &event) < 0) {
		counter_add(M_SIP_DROPPED, 1);
	} else if (EVT_IS_INCOMINGRESP(event)) {
		sip_stack_receive(sip.stack, event);
	} else {
		counter_add(M_SIP_DROPPED, 1);
		osip_event_free(event);
	}
}

static void packets(const struct config *config, int fd)
{
	char data[SIP_MESSAGE_MAX + 1];
	struct net_address from;

	for (int i = 0; i < PACKETS_PER_TURN; i++) {
		int n = sip_udp_receive(fd, data, sizeof(data), &from);

		if (n == -EAGAIN)
			return;
		if (n < 0)
			continue;
		if (fd == sip.group)
			multicast_packet(&sip.multicast, config, data, (size_t)n, &from);
		else
			udp_packet(data, (size_t)n);
	}
}

static void wait_for(int64_t wait_ms)
{
	struct pollfd polls[POLLS_MAX] = {{.fd = sip.wake_fd, .events = POLLIN},
					  {.fd = sip.udp, .events = POLLIN},
					  {.fd = sip.group, .events = POLLIN}};
	size_t count = 3 + sip_stack_poll(sip.stack, polls + 3, POLLS_MAX - 3);
	uint64_t wakes;

	if (poll(polls, count, (int)wait_ms) > 0 && polls[0].revents &&
	    read(sip.wake_fd, &wakes, sizeof(wakes)) < 0)
		return;
}

static void *sip_main(void *arg)
{
	(void)arg;
	pthread_setname_np(pthread_self(), "sip");
	while (inbox_empty()) {
		const struct config *config = config_pin();
		int64_t wait_ms;

		if (sip.udp >= 0)
			packets(config, sip.udp);
		if (sip.group >= 0)
			packets(config, sip.group);
		sip_stack_turn(sip.stack);
		wait_ms = notifying_turn(&sip.notifying);
		wait_ms =
			sip_stack_wait_ms(sip.stack, wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX);
		config_release(config);
		wait_for(wait_ms);
	}
	notifying_stop(&sip.notifying);
	return NULL;
}

static int sockets_open(const struct config_sip *config, unsigned *ret_port, struct diag *reterr)
{
	sip.udp = sip_udp_open(config, ret_port, reterr);
	if (sip.udp < 0)
		return sip.udp;
	if (config->multicast)
		sip.group = sip_multicast_open(config, reterr);
	return config->multicast && sip.group < 0 ? sip.group : 0;
}

/* Desk phones are told by contact-me, in turn with those that are told by SIP. */
static bool calls_desk_phones(const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].planes & PLANE_WPI)
			return true;
	return false;
}

int sip_start(const struct config *config, struct diag *reterr)
{
	static const struct notify_link link = {order_take};
	bool speaks_sip = config->sip.notify || config->sip.multicast;
	unsigned port = 0;
	int r;

	if (!speaks_sip && !calls_desk_phones(config))
		return 0;
	sip.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (sip.wake_fd < 0)
		return diag_set(reterr, -errno, "[sip]: %s", error_text(-errno));
	r = speaks_sip ? sockets_open(&config->sip, &port, reterr) : 0;
	if (r < 0)
		return r;
	sip.stack = sip_stack_new(sip.udp);
	sip.notifying.stack = sip.stack;
	sip.notifying.port = port;
	sip.notifying.wake = wake;
	notifying_init(&sip.notifying);
	sip.multicast.udp = sip.udp;
	sip.multicast.port = port;
	sip.multicast.stack = sip.stack;
	sip.multicast.room = config->sip.multicast_rate;
	sip.multicast.room_at_ms = clock_monotonic_ms();
	randombytes_buf(sip.multicast.secret, sizeof(sip.multicast.secret));
	watch_setup(on_fetched);
	if (config->sip.notify || calls_desk_phones(config))
		notifying_resume(&sip.notifying, config);
	r = -pthread_create(&sip.thread, NULL, sip_main, NULL);
	if (r < 0)
		return diag_set(reterr, r, "no thread for SIP: %s", error_text(r));
	sip.is_started = true;
	if (config->sip.notify || calls_desk_phones(config))
		notify_setup(&link);
	if (speaks_sip)
		log_info("listening", LOG_S("listener", "sip"),
			 LOG_S("address", config->sip.address), LOG_I("port", port),
			 LOG_S("multicast", config->sip.multicast ? "yes" : "no"));
	return 0;
}

void sip_stop(void)
{
	if (!sip.is_started)
		return;
	pthread_mutex_lock(&inbox.lock);
	inbox.is_stopping = true;
	pthread_mutex_unlock(&inbox.lock);
	wake();
	pthread_join(sip.thread, NULL);
	sip.is_started = false;
}

void sip_done(void)
{
	watch_setup(NULL);
	notify_setup(NULL);
	mem_free(inbox.fetched);
	inbox.fetched = NULL;
	inbox.fetched_count = 0;
	sip_stack_free(sip.stack);
	sip.stack = NULL;
	notifying_done(&sip.notifying);
	if (sip.udp >= 0)
		close(sip.udp);
	if (sip.group >= 0)
		close(sip.group);
	if (sip.wake_fd >= 0)
		close(sip.wake_fd);
	sip.udp = sip.group = sip.wake_fd = -1;
}
