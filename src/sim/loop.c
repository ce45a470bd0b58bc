/* SPDX-License-Identifier: MIT */
#include "sim/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"

enum { AT_ONCE = 256 };

struct watch {
	sim_ready *ready; /* NULL: nobody waits for this one any more */
	void *arg;
};

/* By number of descriptor: an event that comes late for one that was closed finds nobody. */
struct sim_loop {
	int epoll;
	struct watch *watches;
	size_t room;
};

static int loop_close(struct sim_loop *loop)
{
	close(loop->epoll);
	return 0;
}

int sim_loop_new(void *mem, struct sim_loop **ret)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct sim_loop *loop;

	if (epoll < 0)
		return -errno;
	loop = mem_new(mem, struct sim_loop);
	loop->epoll = epoll;
	talloc_set_destructor(loop, loop_close);
	*ret = loop;
	return 0;
}

void sim_loop_watch(struct sim_loop *loop, int fd, uint32_t events, sim_ready *ready, void *arg)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	if ((size_t)fd >= loop->room) {
		size_t room = ((size_t)fd + 1) * 2;

		loop->watches = mem_grow(loop, loop->watches, sizeof(*loop->watches), room);
		for (; loop->room < room; loop->room++)
			loop->watches[loop->room] = (struct watch){0};
	}
	loop->watches[fd] = (struct watch){ready, arg};
	if (epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) < 0)
		(void)epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event);
}

void sim_loop_unwatch(struct sim_loop *loop, int fd)
{
	struct epoll_event event = {0};

	if ((size_t)fd < loop->room)
		loop->watches[fd] = (struct watch){0};
	(void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, &event);
}

void sim_loop_turn(struct sim_loop *loop, int timeout_ms)
{
	struct epoll_event events[AT_ONCE];
	int count = epoll_wait(loop->epoll, events, AT_ONCE, timeout_ms);

	for (int i = 0; i < count; i++) {
		int fd = events[i].data.fd;

		if (loop->watches[fd].ready)
			loop->watches[fd].ready(loop->watches[fd].arg, fd, events[i].events);
	}
}

int64_t sim_sooner(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}
