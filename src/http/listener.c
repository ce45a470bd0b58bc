/* SPDX-License-Identifier: MIT */
/*
 * One libmicrohttpd daemon for each listener, with its own threads: epoll in
 * clear, poll under TLS, since in epoll mode libmicrohttpd 0.9.75 spins on a
 * client that stops within its ClientHello.
 *
 * The sockets are ours, so that errors can be told in words.  libmicrohttpd
 * gives a socket back when it is quiesced; it is shut down then, which refuses
 * new connections at once, and closed only after the threads have ended.
 */
#include "listener.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "exchange.h"
#include "link.h"
#include "share.h"
#include "socket.h"
#include "tls.h"

enum { CONTROL_CONNECTIONS = 256, OPTIONS_MAX = TLS_OPTIONS + 4 };

/* The router decodes; libmicrohttpd would cut at %00 and open %2F. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *s)
{
	(void)cls;
	(void)connection;
	return strlen(s);
}

PRINTF(2, 0)
static void log_library(void *cls, const char *format, va_list args)
{
	struct listener *listener = cls;
	char text[256];
	const char *line = text;

	vsnprintf(text, sizeof(text), format, args);
	text[strcspn(text, "\r\n")] = '\0';
	log_debug("libmicrohttpd", LOG_S("listener", listener->name), LOG_S("text", line));
}

static unsigned flags_of(const struct listener *listener)
{
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	if (listener->is_tls)
		return flags | MHD_USE_TLS | MHD_USE_POLL_INTERNAL_THREAD;
	return flags | MHD_USE_EPOLL_INTERNAL_THREAD;
}

/*
 * While it is quiesced, each thread of a libmicrohttpd daemon takes the
 * listening socket out of its own set when it happens to wake up; the one that
 * quiesces takes it out as well, and panics when it comes second.  Nothing is
 * wrong then, so it is sent back to begin again, where that thread is done.
 */
static _Thread_local jmp_buf *quiescing;

static void panic(void *cls, const char *file, unsigned line, const char *reason)
{
	(void)cls;
	if (quiescing)
		longjmp(*quiescing, 1);
	log_error("libmicrohttpd gives up", LOG_S("file", file), LOG_I("line", line),
		  LOG_S("words", reason));
	abort();
}

/* Desk phones keep their connection through a dialogue, and think between two messages. */
static unsigned idle_of(const struct listener *listener, const struct config_limits *limits)
{
	if (listener->planes & PLANE_WPI && limits->wpi_idle_seconds > limits->idle_seconds)
		return limits->wpi_idle_seconds;
	return limits->idle_seconds;
}

static int serve(struct listener *listener, const struct config *config, unsigned threads,
		 unsigned connections, struct diag *reterr)
{
	struct MHD_OptionItem options[OPTIONS_MAX] = {{MHD_OPTION_END, 0, NULL}};
	size_t n = 0;

	if (threads > 1)
		options[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, threads, NULL};
	n += tls_options(listener, options + n);
	options[n] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
	/* libmicrohttpd deals connections out evenly, so each thread needs its share at least. */
	if (connections < threads)
		connections = threads;
	listener->idle_ms = (int64_t)idle_of(listener, &config->limits) * 1000;
	pthread_mutex_init(&listener->links_lock, NULL);
	listener->shares = shares_new(listener->http);
	MHD_set_panic_func(panic, NULL);
	listener->daemon = MHD_start_daemon(
		flags_of(listener), 0, share_admit, listener, access_handle, listener,
		MHD_OPTION_EXTERNAL_LOGGER, log_library, listener, MHD_OPTION_LISTEN_SOCKET,
		listener->fd, MHD_OPTION_URI_LOG_CALLBACK, access_line, listener,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		access_completed, listener, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)config->limits.connection_memory, MHD_OPTION_CONNECTION_LIMIT, connections,
		MHD_OPTION_CONNECTION_TIMEOUT, idle_of(listener, &config->limits),
		MHD_OPTION_NOTIFY_CONNECTION, link_notify, listener, MHD_OPTION_ARRAY, options,
		MHD_OPTION_END);
	if (listener->daemon)
		return 0;
	pthread_mutex_destroy(&listener->links_lock);
	close(listener->fd);
	return diag_set(reterr, -E_INTERNAL, "listener %s: %s", listener->name,
			listener->is_tls
				? "cannot be served; do tls_cert and tls_key belong together?"
				: "cannot be served");
}

int listener_start(struct http *http, struct listener *listener, const struct config *config,
		   const struct config_listener *from, struct diag *reterr)
{
	struct diag why = {.line = 0};
	int r;

	listener->http = http;
	listener->name = mem_strdup(http, from->name);
	listener->planes = from->planes;
	listener->basic_without_tls = from->basic_without_tls;
	listener->trusted_proxies.count = from->trusted_proxies.count;
	listener->trusted_proxies.prefixes =
		mem_memdup(http, from->trusted_proxies.prefixes,
			   from->trusted_proxies.count * sizeof(struct net_prefix));
	r = tls_setup(http, listener, config, from, reterr);
	if (r < 0)
		return r;
	r = socket_listen_tcp(from->address, from->port, &listener->fd, &listener->port, &why);
	if (r < 0)
		return diag_set(reterr, r, "listener %s: %s", listener->name, diag_text(&why, r));
	return serve(listener, config, config->daemon.threads, config->limits.max_connections,
		     reterr);
}

int listener_start_control(struct http *http, struct listener *listener,
			   const struct config *config, struct diag *reterr)
{
	int r;

	listener->http = http;
	listener->name = mem_strdup(http, "control");
	listener->planes = PLANE_CONTROL | PLANE_API | PLANE_RPC | PLANE_METRICS;
	listener->is_control = true;
	r = socket_listen_unix(config->daemon.control_socket, &listener->fd, reterr);
	if (r < 0)
		return r;
	http->socket_path = mem_strdup(http, config->daemon.control_socket);
	return serve(listener, config, 1, CONTROL_CONNECTIONS, reterr);
}

void listener_quiesce(struct listener *listener)
{
	jmp_buf again;

	if (!listener->daemon)
		return;
	(void)setjmp(again);
	quiescing = &again;
	if (MHD_quiesce_daemon(listener->daemon) != MHD_INVALID_SOCKET)
		shutdown(listener->fd, SHUT_RDWR);
	quiescing = NULL;
}

void listener_stop(struct listener *listener)
{
	if (!listener->daemon)
		return;
	MHD_stop_daemon(listener->daemon);
	listener->daemon = NULL;
	pthread_mutex_destroy(&listener->links_lock);
	tls_done(listener);
	close(listener->fd);
}
