/* SPDX-License-Identifier: MIT */
/*
 * Sends the requests of a file to a server on loopback, in a circle: at a
 * fixed rate whatever the server does (an open loop; latency counts from the
 * moment at which a request was due), or each as soon as a connection is free.
 *
 *	pace -p PORT -f FILE [-r RATE] [-t SECONDS | -n COUNT] [-c CONNECTIONS] [-C]
 *
 * In the file each request stands behind a line with its length.  -C takes a
 * new connection for each; the requests should then ask for that too.  Prints
 * one line of JSON.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, EVENTS = 256, REPLY_HEAD = 4096, LATE_S = 10 };

struct item {
	const char *data;
	size_t len;
};

struct client {
	int fd; /* -1: none */
	const struct item *item;
	size_t sent;
	int64_t due_ns;
	char head[REPLY_HEAD];
	size_t head_len;
	bool has_head; /* all of it; then: */
	int64_t body_left;
	bool good;
	struct client *next; /* free */
};

static struct {
	struct sockaddr_in address;
	struct item *items;
	size_t item_count;
	double rate;
	double seconds;
	size_t count;
	int connections;
	bool closes;

	int epoll;
	struct client clients[CONNECTIONS_MAX];
	struct client *idle;
	size_t issued;
	size_t done;
	size_t failed;
	int64_t *latencies;
	size_t latency_size;
	int64_t begun_ns;
} pace;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "pace: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void items_read(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t len, size = 0;

	if (!file)
		die(path);
	while (fscanf(file, "%zu", &len) == 1 && fgetc(file) == '\n') {
		char *data = malloc(len);

		if (!data || fread(data, 1, len, file) != len)
			die(path);
		if (pace.item_count == size) {
			size = size ? 2 * size : 1024;
			pace.items = realloc(pace.items, size * sizeof(*pace.items));
		}
		pace.items[pace.item_count++] = (struct item){data, len};
	}
	fclose(file);
	if (pace.item_count == 0)
		die(path);
}

static void client_open(struct client *client)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
	int on = 1;

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		die("socket");
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(client->fd, (struct sockaddr *)&pace.address, sizeof(pace.address)) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	epoll_ctl(pace.epoll, EPOLL_CTL_ADD, client->fd, &event);
}

static void client_close(struct client *client)
{
	close(client->fd);
	client->fd = -1;
}

static void latency_add(int64_t ns)
{
	if (pace.done == pace.latency_size) {
		pace.latency_size = pace.latency_size ? 2 * pace.latency_size : 65536;
		pace.latencies =
			realloc(pace.latencies, pace.latency_size * sizeof(*pace.latencies));
	}
	pace.latencies[pace.done++] = ns;
}

static void client_end(struct client *client, bool good)
{
	if (good)
		latency_add(now_ns() - client->due_ns);
	else
		pace.failed++;
	if (pace.closes || !good)
		client_close(client);
	client->item = NULL;
	client->next = pace.idle;
	pace.idle = client;
}

/* False: the connection is of no use any more. */
static bool client_send(struct client *client)
{
	while (client->sent < client->item->len) {
		ssize_t n = send(client->fd, client->item->data + client->sent,
				 client->item->len - client->sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == ENOTCONN;
		client->sent += (size_t)n;
	}
	return true;
}

static void client_start(struct client *client, int64_t due_ns)
{
	client->item = &pace.items[pace.issued++ % pace.item_count];
	client->sent = 0;
	client->due_ns = due_ns;
	client->head_len = 0;
	client->has_head = false;
	client->good = false;
	if (client->fd < 0)
		client_open(client);
	if (!client_send(client))
		client_end(client, false);
}

/* Takes the end of the head for the start of the body; false: too long a head. */
static bool head_add(struct client *client, const char *data, size_t len)
{
	size_t room = sizeof(client->head) - 1 - client->head_len;
	size_t take = len < room ? len : room;
	char *end, *length;

	memcpy(client->head + client->head_len, data, take);
	client->head_len += take;
	client->head[client->head_len] = '\0';
	end = strstr(client->head, "\r\n\r\n");
	if (!end)
		return take < room;
	*end = '\0';
	client->has_head = true;
	length = strcasestr(client->head, "\r\ncontent-length:");
	client->good = strncmp(client->head, "HTTP/1.1 200", 12) == 0 && length;
	client->body_left = length ? strtoll(length + 17, NULL, 10) : 0;
	client->body_left -= (int64_t)(client->head_len - (size_t)(end + 4 - client->head));
	client->body_left -= (int64_t)(len - take);
	return true;
}

static void client_receive(struct client *client)
{
	static char data[65536];

	for (;;) {
		ssize_t n = recv(client->fd, data, sizeof(data), 0);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			client_end(client, false);
			return;
		}
		if (client->has_head) {
			client->body_left -= n;
		} else if (!head_add(client, data, (size_t)n)) {
			client_end(client, false);
			return;
		}
		if (client->has_head && client->body_left <= 0) {
			client_end(client, client->good);
			return;
		}
	}
}

static bool is_over(int64_t now)
{
	if (pace.count)
		return pace.issued >= pace.count;
	return now - pace.begun_ns >= (int64_t)(pace.seconds * 1e9);
}

/* When the next request is due. */
static int64_t due_next(int64_t now)
{
	if (pace.rate == 0)
		return now;
	return pace.begun_ns + (int64_t)((double)pace.issued * 1e9 / pace.rate);
}

static void start_due(int64_t now)
{
	while (pace.idle && !is_over(now) && due_next(now) <= now) {
		struct client *client = pace.idle;

		pace.idle = client->next;
		client_start(client, due_next(now));
	}
}

static void wait(int64_t now)
{
	struct epoll_event events[EVENTS];
	int64_t due = is_over(now) || !pace.idle ? now + 1000000 : due_next(now);
	int64_t ns = due > now ? due - now : 0;
	struct timespec timeout = {ns / 1000000000, ns % 1000000000};
	int n = epoll_pwait2(pace.epoll, events, EVENTS, &timeout, NULL);

	for (int i = 0; i < n; i++) {
		struct client *client = events[i].data.ptr;

		if (client->fd < 0)
			continue;
		/* A server may close a connection that has nothing to do. */
		if (!client->item) {
			if (events[i].events & (EPOLLHUP | EPOLLERR))
				client_close(client);
			continue;
		}
		if (client->sent < client->item->len && !client_send(client))
			client_end(client, false);
		else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			client_receive(client);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double quantile_us(double q)
{
	if (pace.done == 0)
		return 0;
	return (double)pace.latencies[(size_t)(q * (double)(pace.done - 1))] / 1000;
}

static void run(void)
{
	int64_t now, ended;

	for (int i = 0; i < pace.connections; i++) {
		pace.clients[i].fd = -1;
		pace.clients[i].next = pace.idle;
		pace.idle = &pace.clients[i];
	}
	pace.begun_ns = now_ns();
	for (;;) {
		now = now_ns();
		start_due(now);
		if (is_over(now) && pace.done + pace.failed == pace.issued)
			break;
		if (!pace.count && now - pace.begun_ns > (int64_t)((pace.seconds + LATE_S) * 1e9))
			break;
		wait(now);
	}
	ended = now_ns();
	qsort(pace.latencies, pace.done, sizeof(*pace.latencies), compare);
	printf("{\"requests\": %zu, \"failed\": %zu, \"seconds\": %.6f, \"p50_us\": %.1f, "
	       "\"p99_us\": %.1f, \"max_us\": %.1f}\n",
	       pace.done, pace.failed + (pace.issued - pace.done - pace.failed),
	       (double)(ended - pace.begun_ns) / 1e9, quantile_us(0.5), quantile_us(0.99),
	       quantile_us(1));
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	int c;

	pace.address.sin_family = AF_INET;
	pace.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	pace.connections = 64;
	pace.seconds = 1;
	while ((c = getopt(argc, argv, "p:f:r:t:n:c:C")) != -1) {
		switch (c) {
		case 'p':
			pace.address.sin_port = htons((uint16_t)atoi(optarg));
			break;
		case 'f':
			file = optarg;
			break;
		case 'r':
			pace.rate = atof(optarg);
			break;
		case 't':
			pace.seconds = atof(optarg);
			break;
		case 'n':
			pace.count = strtoul(optarg, NULL, 10);
			break;
		case 'c':
			pace.connections = atoi(optarg);
			break;
		case 'C':
			pace.closes = true;
			break;
		default:
			return 2;
		}
	}
	if (!file || pace.connections < 1 || pace.connections > CONNECTIONS_MAX)
		return 2;
	items_read(file);
	pace.epoll = epoll_create1(EPOLL_CLOEXEC);
	run();
	return 0;
}
