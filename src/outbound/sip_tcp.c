/* SPDX-License-Identifier: MIT */
#include "sip_tcp.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "sip_screen.h"
#include "sip_socket.h"

struct sip_tcp {
	int fd;
	bool is_connected;
	bool is_closed; /* by the other side */
	struct buf *out;
	struct buf *in;
	size_t sent;
	size_t taken; /* of `in` */
};

int sip_tcp_open(const struct config_sip *config, const struct net_address *to,
		 struct sip_tcp **ret)
{
	int fd = sip_tcp_connect(config, to);
	struct sip_tcp *tcp;

	if (fd < 0)
		return fd;
	tcp = mem_new(NULL, struct sip_tcp);
	tcp->fd = fd;
	tcp->out = buf_new(tcp);
	tcp->in = buf_new(tcp);
	*ret = tcp;
	return 0;
}

void sip_tcp_close(struct sip_tcp *tcp)
{
	if (!tcp)
		return;
	close(tcp->fd);
	mem_free(tcp);
}

void sip_tcp_send(struct sip_tcp *tcp, const void *data, size_t len)
{
	buf_add(tcp->out, data, len);
}

void sip_tcp_poll(const struct sip_tcp *tcp, struct pollfd *ret)
{
	bool has_more = !tcp->is_connected || tcp->sent < tcp->out->len;

	*ret = (struct pollfd){.fd = tcp->fd, .events = (short)(POLLIN | (has_more ? POLLOUT : 0))};
}

static int connected(struct sip_tcp *tcp)
{
	struct pollfd poll_fd = {.fd = tcp->fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int error = 0;

	if (poll(&poll_fd, 1, 0) <= 0)
		return 0;
	if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		return error ? -error : -errno;
	tcp->is_connected = true;
	return 0;
}

static int receive(struct sip_tcp *tcp)
{
	char bytes[4096];
	ssize_t n = 1;

	if (tcp->taken > 0) {
		memmove(tcp->in->data, tcp->in->data + tcp->taken, tcp->in->len - tcp->taken);
		buf_cut(tcp->in, tcp->in->len - tcp->taken);
		tcp->taken = 0;
	}
	while (tcp->in->len <= SIP_MESSAGE_MAX && (n = recv(tcp->fd, bytes, sizeof(bytes), 0)) > 0)
		buf_add(tcp->in, bytes, (size_t)n);
	if (tcp->in->len > SIP_MESSAGE_MAX)
		return 0;
	if (n < 0 && errno != EAGAIN)
		return -errno;
	tcp->is_closed = n == 0;
	return 0;
}

bool sip_tcp_is_open(const struct sip_tcp *tcp)
{
	return tcp->is_connected && !tcp->is_closed;
}

int sip_tcp_step(struct sip_tcp *tcp)
{
	ssize_t n;
	int r = tcp->is_connected ? 0 : connected(tcp);

	if (r < 0 || !tcp->is_connected)
		return r;
	if (tcp->is_closed)
		return -ECONNRESET;
	while (tcp->sent < tcp->out->len) {
		n = send(tcp->fd, tcp->out->data + tcp->sent, tcp->out->len - tcp->sent,
			 MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			return -errno;
		tcp->sent += (size_t)n;
	}
	return receive(tcp);
}

/* The value of Content-Length in a head; false when it is none or too much. */
static bool body_len(const char *head, const char *end, size_t *ret)
{
	*ret = 0;
	for (const char *line = head; line < end;) {
		const char *next = memchr(line, '\n', (size_t)(end - line));
		const char *colon = memchr(line, ':', (size_t)((next ? next : end) - line));
		size_t len = colon ? (size_t)(colon - line) : 0;
		uint64_t value = 0;

		while (len > 0 && isblank((unsigned char)line[len - 1]))
			len--;
		line = next ? next + 1 : end;
		if (!colon ||
		    !((len == 14 && strncasecmp(colon - len, "Content-Length", len) == 0) ||
		      (len == 1 && tolower((unsigned char)colon[-1]) == 'l')))
			continue;
		for (colon++; colon < end && isblank((unsigned char)*colon); colon++)
			;
		for (; colon < end && isdigit((unsigned char)*colon); colon++) {
			value = value * 10 + (uint64_t)(*colon - '0');
			if (value > SIP_MESSAGE_MAX)
				return false;
		}
		*ret = (size_t)value;
	}
	return true;
}

int sip_tcp_next(struct sip_tcp *tcp, const char **ret, size_t *ret_len)
{
	const char *start, *end;
	size_t left, body, head;

	while (tcp->taken < tcp->in->len && strchr("\r\n", tcp->in->data[tcp->taken]))
		tcp->taken++;
	start = tcp->in->data + tcp->taken;
	left = tcp->in->len - tcp->taken;
	end = left ? memmem(start, left, "\r\n\r\n", 4) : NULL;
	if (!end)
		return left > SIP_MESSAGE_MAX ? -E_TOO_LARGE : 0;
	head = (size_t)(end - start) + 4;
	if (!body_len(start, end, &body) || head + body > SIP_MESSAGE_MAX)
		return -E_TOO_LARGE;
	if (head + body > left)
		return 0;
	tcp->taken += head + body;
	*ret = start;
	*ret_len = head + body;
	return 1;
}
