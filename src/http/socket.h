/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"

/* A listening TCP socket; `ret_port` tells what port 0 became. */
int socket_listen_tcp(const char *address, unsigned port, int *ret_fd, unsigned *ret_port,
		      struct diag *reterr) MUST_CHECK;

/* A listening UNIX socket, mode 0660.  One that nobody answers any more is replaced. */
int socket_listen_unix(const char *path, int *ret_fd, struct diag *reterr) MUST_CHECK;
