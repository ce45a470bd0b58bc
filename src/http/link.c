/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd closes connections that are silent.  One that says a byte now and
 * then is never silent, and a few thousand of them would have the listener for
 * themselves.
 */
#include "link.h"

#include <pthread.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "share.h"

struct link {
	struct link *older, *newer;
	uint64_t number;
	struct share *share; /* of its address; NULL: it is not counted */
	int fd;
	_Atomic int64_t since; /* 0: its request is being answered */
};

static _Atomic uint64_t last;

static struct link *link_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;

	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

static void add(struct listener *listener, struct link *link, const struct sockaddr *address)
{
	pthread_mutex_lock(&listener->links_lock);
	link->share = share_take(listener, address);
	link->older = listener->links;
	if (link->older)
		link->older->newer = link;
	listener->links = link;
	pthread_mutex_unlock(&listener->links_lock);
}

static void take_out(struct listener *listener, struct link *link)
{
	pthread_mutex_lock(&listener->links_lock);
	if (link->newer)
		link->newer->older = link->older;
	else
		listener->links = link->older;
	if (link->older)
		link->older->newer = link->newer;
	share_give_back(listener, link->share);
	pthread_mutex_unlock(&listener->links_lock);
}

void link_notify(void *cls, struct MHD_Connection *connection, void **context,
		 enum MHD_ConnectionNotificationCode code)
{
	struct listener *listener = cls;
	const union MHD_ConnectionInfo *info;
	struct link *link = *context;

	if (code != MHD_CONNECTION_NOTIFY_STARTED) {
		if (link)
			take_out(listener, link);
		*context = NULL;
		mem_free(link);
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	link = mem_new(NULL, struct link);
	link->number = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
	link->fd = info ? info->connect_fd : -1;
	atomic_init(&link->since, clock_monotonic_ms());
	*context = link;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	add(listener, link, info ? info->client_addr : NULL);
}

uint64_t link_number(struct MHD_Connection *connection)
{
	const struct link *link = link_of(connection);

	return link ? link->number : 0;
}

/* Only the connection's own thread writes it. */
static void since_set(struct MHD_Connection *connection, int64_t since)
{
	struct link *link = link_of(connection);

	if (link)
		atomic_store_explicit(&link->since, since, memory_order_relaxed);
}

void link_body(struct MHD_Connection *connection, size_t bytes)
{
	struct link *link = link_of(connection);
	int64_t now = clock_monotonic_ms(), since;

	if (!link)
		return;
	since = atomic_load_explicit(&link->since, memory_order_relaxed) + (int64_t)bytes;
	atomic_store_explicit(&link->since, since < now ? since : now, memory_order_relaxed);
}

void link_heard(struct MHD_Connection *connection)
{
	since_set(connection, 0);
}

void link_answered(struct MHD_Connection *connection)
{
	since_set(connection, clock_monotonic_ms());
}

/* With the lock no socket is closed, so that none is met that is another one's by now. */
void link_expire_all(struct listener *listener, int64_t now, int64_t deadline_ms)
{
	int64_t patience = listener->idle_ms + deadline_ms;
	unsigned count = 0;

	pthread_mutex_lock(&listener->links_lock);
	for (struct link *link = listener->links; link; link = link->older) {
		int64_t since = atomic_load_explicit(&link->since, memory_order_relaxed);

		if (since == 0 || link->fd < 0 || now - since <= patience)
			continue;
		shutdown(link->fd, SHUT_RDWR);
		count++;
	}
	pthread_mutex_unlock(&listener->links_lock);
	if (count > 0)
		log_info("connections are cut off which do not come to the end of their request",
			 LOG_S("listener", listener->name), LOG_I("count", count));
}
