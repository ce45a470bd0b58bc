/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * A client of plain sockets, so that tests can send what no library would, and
 * a server with routes of the test's own.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "http/http.h"

enum { CLIENT_TIMEOUT_SECONDS = 60 };

/* A configuration with one listener "test" on a free port; more is up to the test. */
static inline struct config *server_config(unsigned planes)
{
	struct config *config = mem_new(NULL, struct config);

	config->daemon.threads = 2;
	config->daemon.workers = 2;
	config->daemon.log_level = LOG_LEVEL_ERROR;
	config->provisioning.realm = "gigaprovd";
	config->limits.max_body = 10000;
	config->limits.max_import = 50000;
	config->limits.max_connections = 200;
	config->limits.connections_per_address = 200;
	config->limits.connection_memory = 16384;
	config->limits.idle_seconds = 60;
	config->limits.deadline_seconds = 60;
	config->limits.nonce_seconds = 300;
	config->limits.login_memory_seconds = 300;
	config->limits.login_tries = 1000;
	config->limits.login_slow_seconds = 60;
	config->limits.work_queue = 1000;
	config->listeners = mem_array(config, struct config_listener, 1);
	config->listeners[0].name = "test";
	config->listeners[0].address = "127.0.0.1";
	config->listeners[0].planes = planes;
	config->listener_count = 1;
	return config;
}

struct reply {
	int status;
	char head[8192];
	char *body; /* decoded; a NUL follows */
	size_t body_len;
	bool is_cut; /* the connection ended before the body did */
};

struct client {
	int fd;
	char in[65536];
	size_t in_len;
};

static inline int client_connected(int fd)
{
	struct timeval timeout = {.tv_sec = CLIENT_TIMEOUT_SECONDS};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return fd;
}

static inline struct client *client_new(unsigned port)
{
	struct client *client = calloc(1, sizeof(*client));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client->fd = client_connected(socket(AF_INET, SOCK_STREAM, 0));
	assert_int_equal(connect(client->fd, (const struct sockaddr *)&address, sizeof(address)),
			 0);
	return client;
}

static inline struct client *client_new_unix(const char *path)
{
	struct client *client = calloc(1, sizeof(*client));
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	client->fd = client_connected(socket(AF_UNIX, SOCK_STREAM, 0));
	assert_int_equal(connect(client->fd, (const struct sockaddr *)&address, sizeof(address)),
			 0);
	return client;
}

static inline void client_free(struct client *client)
{
	close(client->fd);
	free(client);
}

static inline void client_send(struct client *client, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(client->fd, text, len, MSG_NOSIGNAL);

		assert_true(n > 0);
		text += n;
		len -= (size_t)n;
	}
}

/* False at the end of the connection. */
static inline bool client_more(struct client *client)
{
	ssize_t n;

	assert_true(client->in_len < sizeof(client->in));
	n = recv(client->fd, client->in + client->in_len, sizeof(client->in) - client->in_len, 0);
	if (n <= 0)
		return false;
	client->in_len += (size_t)n;
	return true;
}

static inline void client_skip(struct client *client, size_t len)
{
	memmove(client->in, client->in + len, client->in_len - len);
	client->in_len -= len;
}

/* A header's value up to the end of its line; NULL when it is not there. */
static inline const char *reply_find(const struct reply *reply, const char *name)
{
	const char *line = reply->head;

	while ((line = strstr(line, "\r\n"))) {
		line += 2;
		if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			return line + strlen(name) + 1 + strspn(line + strlen(name) + 1, " ");
	}
	return NULL;
}

static inline bool client_take(struct client *client, struct reply *reply, size_t len)
{
	while (len) {
		size_t n = client->in_len < len ? client->in_len : len;

		if (n == 0) {
			if (!client_more(client))
				return false;
			continue;
		}
		reply->body = realloc(reply->body, reply->body_len + n + 1);
		memcpy(reply->body + reply->body_len, client->in, n);
		reply->body_len += n;
		reply->body[reply->body_len] = '\0';
		client_skip(client, n);
		len -= n;
	}
	return true;
}

static inline bool client_take_chunk(struct client *client, struct reply *reply, bool *ret_end)
{
	char *end;
	size_t len;

	while (!(end = memmem(client->in, client->in_len, "\r\n", 2)))
		if (!client_more(client))
			return false;
	len = strtoul(client->in, NULL, 16);
	client_skip(client, (size_t)(end + 2 - client->in));
	*ret_end = len == 0;
	if (!client_take(client, reply, len))
		return false;
	while (client->in_len < 2)
		if (!client_more(client))
			return false;
	assert_memory_equal(client->in, "\r\n", 2);
	client_skip(client, 2);
	return true;
}

/* False when the connection has ended without a reply. */
static inline bool client_read(struct client *client, bool is_head, struct reply *reply)
{
	const char *length;
	const char *encoding;
	bool end = false;
	char *blank;

	memset(reply, 0, sizeof(*reply));
	reply->body = calloc(1, 1);
	while (!(blank = memmem(client->in, client->in_len, "\r\n\r\n", 4)))
		if (!client_more(client))
			return false;
	assert_true((size_t)(blank - client->in) + 3 < sizeof(reply->head));
	memcpy(reply->head, client->in, (size_t)(blank - client->in) + 2);
	client_skip(client, (size_t)(blank + 4 - client->in));
	assert_int_equal(sscanf(reply->head, "HTTP/1.%*d %d", &reply->status), 1);
	if (is_head || reply->status == 304 || reply->status < 200)
		return true;
	encoding = reply_find(reply, "Transfer-Encoding");
	length = reply_find(reply, "Content-Length");
	if (encoding)
		while (!end && !reply->is_cut)
			reply->is_cut = !client_take_chunk(client, reply, &end);
	else if (length)
		reply->is_cut = !client_take(client, reply, strtoul(length, NULL, 10));
	else
		while (client_take(client, reply, client->in_len ? client->in_len : 1))
			;
	return true;
}

static inline void reply_done(struct reply *reply)
{
	free(reply->body);
	reply->body = NULL;
}

/* Sends and reads one on a connection that stays open. */
static inline void client_ask(struct client *client, const char *request, struct reply *reply)
{
	client_send(client, request);
	assert_true(client_read(client, strncmp(request, "HEAD", 4) == 0, reply));
}

/* The same on a connection of its own; only the status is of interest. */
static inline int ask_status(unsigned port, const char *request)
{
	struct client *client = client_new(port);
	struct reply reply;

	client_ask(client, request, &reply);
	reply_done(&reply);
	client_free(client);
	return reply.status;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: t\r\n\r\n"
