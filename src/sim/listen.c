/* SPDX-License-Identifier: MIT */
#include "sim/listen.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/loop.h"

enum { REQUEST_MAX = 16384 };

struct sim_listener {
	struct sim_loop *loop;
	int fd; /* -1: closed */
	unsigned port;
	sim_contacted *contacted;
	void *arg;
};

struct caller {
	struct sim_listener *listener;
	int fd;
	struct buf *in;
};

static int caller_close(struct caller *caller)
{
	sim_loop_unwatch(caller->listener->loop, caller->fd);
	close(caller->fd);
	return 0;
}

void sim_listener_close(struct sim_listener *listener)
{
	if (listener->fd < 0)
		return;
	sim_loop_unwatch(listener->loop, listener->fd);
	close(listener->fd);
	listener->fd = -1;
}

static int listener_free(struct sim_listener *listener)
{
	sim_listener_close(listener);
	return 0;
}

/* The decoded value of a field of a form; NULL when it is not there. */
static const char *form_value(void *mem, const char *form, const char *name)
{
	size_t len = strlen(name);
	int value_len;
	char *value;
	char *copy;

	while (strncmp(form, name, len) != 0 || form[len] != '=') {
		form += strcspn(form, "&");
		if (!*form++)
			return NULL;
	}
	form += len + 1;
	value = curl_easy_unescape(NULL, form, (int)strcspn(form, "& \r\n"), &value_len);
	copy = mem_strndup(mem, value ? value : "", value ? (size_t)value_len : 0);
	curl_free(value);
	return copy;
}

/* What is to be answered, with the body once the whole request is there; NULL: nothing. */
static const char *answer_to(struct caller *caller, const char *body)
{
	static const char place[] = "/contact_dls.html/ContactDLS";
	static const char accepted[] = "HTTP/1.1 204 No Content\r\nServer: DlsClient\r\n"
				       "Content-Length: 0\r\nContent-type: text/html\r\n"
				       "Connection: close\r\n\r\n";
	static const char refused[] = "HTTP/1.1 404 Not Found\r\nServer: DlsClient\r\n"
				      "Content-Length: 0\r\nConnection: close\r\n\r\n";
	const char *path = strchr(caller->in->data, ' ');
	const char *contact;
	const char *host;
	const char *port;
	uint64_t number = 0;

	if (!path || strncmp(++path, place, sizeof(place) - 1) != 0)
		return refused;
	path += sizeof(place) - 1;
	if (*path == '?')
		body = path + 1;
	contact = form_value(caller, body, "ContactMe");
	if (!contact || strcmp(contact, "true") != 0)
		return refused;
	host = form_value(caller, body, "dls_ip_addr");
	port = form_value(caller, body, "dls_ip_port");
	if (port && !text_to_uint(port, 65535, &number))
		return refused;
	return caller->listener->contacted(caller->listener->arg, host, (unsigned)number) ? accepted
											  : NULL;
}

/* The body, once all of it is there. */
static const char *whole(const struct buf *in)
{
	const char *end = strstr(in->data, "\r\n\r\n");
	const char *length;
	uint64_t expected = 0;

	if (!end)
		return NULL;
	length = strcasestr(in->data, "\r\nContent-Length:");
	if (length && length < end) {
		char digits[16] = "";

		length += sizeof("\r\nContent-Length:") - 1;
		length += strspn(length, " ");
		snprintf(digits, sizeof(digits), "%.*s", (int)strspn(length, "0123456789"), length);
		if (!text_to_uint(digits, REQUEST_MAX, &expected))
			expected = 0;
	}
	return in->len - (size_t)(end + 4 - in->data) >= expected ? end + 4 : NULL;
}

static void said(void *arg, int fd, uint32_t events)
{
	struct caller *caller = arg;
	char data[4096];
	ssize_t len = recv(fd, data, sizeof(data), 0);
	const char *body;
	const char *answer;

	(void)events;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0 || caller->in->len + (size_t)len > REQUEST_MAX) {
		mem_free(caller);
		return;
	}
	buf_add(caller->in, data, (size_t)len);
	body = whole(caller->in);
	if (!body)
		return;
	answer = answer_to(caller, body);
	if (answer)
		(void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
	mem_free(caller);
}

static void called(void *arg, int fd, uint32_t events)
{
	struct sim_listener *listener = arg;
	int accepted = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct caller *caller;

	(void)events;
	if (accepted < 0)
		return;
	caller = mem_new(listener, struct caller);
	caller->listener = listener;
	caller->fd = accepted;
	caller->in = buf_new(caller);
	talloc_set_destructor(caller, caller_close);
	sim_loop_watch(listener->loop, accepted, EPOLLIN, said, caller);
}

int sim_listen(void *mem, struct sim_loop *loop, unsigned port, sim_contacted *contacted, void *arg,
	       struct sim_listener **ret, struct diag *reterr)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof(address);
	struct sim_listener *listener;
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return diag_set(reterr, -errno, "a socket for contact-me: %m");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 16) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
		int r = diag_set(reterr, -errno, "port %u for contact-me: %m", port);

		close(fd);
		return r;
	}
	listener = mem_new(mem, struct sim_listener);
	*listener = (struct sim_listener){loop, fd, ntohs(address.sin_port), contacted, arg};
	talloc_set_destructor(listener, listener_free);
	sim_loop_watch(loop, fd, EPOLLIN, called, listener);
	*ret = listener;
	return 0;
}

unsigned sim_listener_port(const struct sim_listener *listener)
{
	return listener->port;
}
