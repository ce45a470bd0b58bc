/* SPDX-License-Identifier: MIT */
#include "base/standard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* open() gives the lowest number that is free, and those below are not. */
void standard_hold(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

bool standard_is_written(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}
