/* SPDX-License-Identifier: MIT */
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

static socklen_t address_fill(const char *text, unsigned port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		return sizeof(*in6);
	}
	return 0;
}

static int bind_and_listen(int fd, const struct sockaddr_storage *address, socklen_t len)
{
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)address, len) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return 0;
}

int socket_listen_tcp(const char *address, unsigned port, int *ret_fd, unsigned *ret_port,
		      struct diag *reterr)
{
	struct sockaddr_storage storage;
	socklen_t len = address_fill(address, port, &storage);
	int fd;
	int r;

	if (len == 0)
		return diag_set(reterr, -E_CONFIG, "%s is not an address", address);
	fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return diag_set(reterr, -errno, "%s port %u: %s", address, port, strerror(errno));
	r = bind_and_listen(fd, &storage, len);
	if (r < 0) {
		close(fd);
		return diag_set(reterr, r, "%s port %u: %s", address, port, strerror(-r));
	}
	len = sizeof(storage);
	getsockname(fd, (struct sockaddr *)&storage, &len);
	*ret_port = ntohs(((const struct sockaddr_in *)&storage)->sin_port);
	*ret_fd = fd;
	return 0;
}

/* Removes what a dead process has left; never anything but a socket. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int probe;
	int r;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	r = connect(probe, (const struct sockaddr *)address, sizeof(*address));
	if (r < 0 && errno == ECONNREFUSED)
		r = unlink(address->sun_path) < 0 ? -errno : 0;
	else
		r = -EADDRINUSE;
	close(probe);
	return r;
}

int socket_listen_unix(const char *path, int *ret_fd, struct diag *reterr)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd;
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return diag_set(reterr, -ENAMETOOLONG, "%s: longer than %zu bytes", path,
				sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path) + 1);
	r = remove_stale(&address);
	if (r < 0)
		return diag_set(reterr, r, "%s: %s", path, strerror(-r));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return diag_set(reterr, -errno, "%s: %s", path, strerror(errno));
	/* The mode must hold from the first moment on, so bind() makes it. */
	mask = umask(0117);
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(mask);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return diag_set(reterr, r, "%s: %s", path, strerror(-r));
	}
	*ret_fd = fd;
	return 0;
}
