/* SPDX-License-Identifier: MIT */
/* Preloaded: every fsync and fdatasync takes SLOW_SYNC_MS milliseconds longer. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fsync(int fd);
int fdatasync(int fd);

static void wait(void)
{
	const char *text = getenv("SLOW_SYNC_MS");
	struct timespec pause = {0, (text ? atol(text) : 2) * 1000000};

	nanosleep(&pause, NULL);
}

static int go_on(const char *name, int fd)
{
	int (*next)(int);

	*(void **)&next = dlsym(RTLD_NEXT, name);
	return next(fd);
}

int fsync(int fd)
{
	wait();
	return go_on("fsync", fd);
}

int fdatasync(int fd)
{
	wait();
	return go_on("fdatasync", fd);
}
