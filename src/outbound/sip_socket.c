/* SPDX-License-Identifier: MIT */
#include "sip_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/config.h"
#include "sip_message.h"

static const uint8_t group[4] = {224, 0, 1, 75};

struct name {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

/* IPv4 goes over a socket of IPv6 as a mapped address. */
static bool name_of(const struct net_address *address, int family, struct name *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (family == AF_INET && address->len == 4) {
		ret->in.sin_family = AF_INET;
		ret->in.sin_port = htons(address->port);
		memcpy(&ret->in.sin_addr, address->bytes, 4);
		ret->len = sizeof(ret->in);
		return true;
	}
	if (family != AF_INET6 || address->len == 0)
		return false;
	ret->in6.sin6_family = AF_INET6;
	ret->in6.sin6_port = htons(address->port);
	if (address->len == 4) {
		ret->in6.sin6_addr.s6_addr[10] = 0xff;
		ret->in6.sin6_addr.s6_addr[11] = 0xff;
		memcpy(&ret->in6.sin6_addr.s6_addr[12], address->bytes, 4);
	} else {
		memcpy(&ret->in6.sin6_addr, address->bytes, 16);
	}
	ret->len = sizeof(ret->in6);
	return true;
}

static int family_of(const struct config_sip *config)
{
	return strchr(config->address, ':') ? AF_INET6 : AF_INET;
}

static int socket_open(const struct config_sip *config, int type, uint16_t port, int *ret)
{
	int family = family_of(config);
	struct net_address address;
	struct name name;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int off = 0;

	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (!net_address_parse(config->address, &address))
		memset(&address, 0, sizeof(address));
	address.port = port;
	if (!name_of(&address, family, &name) || bind(fd, &name.any, name.len) < 0) {
		int r = -errno;

		close(fd);
		return r < 0 ? r : -EAFNOSUPPORT;
	}
	*ret = fd;
	return 0;
}

static unsigned port_of(int fd)
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);
	struct net_address address;

	if (getsockname(fd, (struct sockaddr *)&storage, &len) < 0)
		return 0;
	net_address_from((struct sockaddr *)&storage, &address);
	return address.port;
}

int sip_udp_open(const struct config_sip *config, unsigned *ret_port, struct diag *reterr)
{
	int fd;
	int r = socket_open(config, SOCK_DGRAM, (uint16_t)config->port, &fd);

	if (r < 0)
		return diag_set(reterr, r, "[sip] %s port %u: %s", config->address, config->port,
				error_text(r));
	*ret_port = port_of(fd);
	return fd;
}

static int join(int fd, const char *interface)
{
	struct ip_mreqn request = {0};
	struct net_address address;

	memcpy(&request.imr_multiaddr, group, sizeof(group));
	if (interface && net_address_parse(interface, &address))
		memcpy(&request.imr_address, address.bytes, 4);
	return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request)) < 0 ? -errno
											    : 0;
}

int sip_multicast_open(const struct config_sip *config, struct diag *reterr)
{
	const struct config_words *interfaces = &config->multicast_interfaces;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in name = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)config->multicast_port)};
	const char *at = "224.0.1.75";
	int on = 1;
	int off = 0;
	int r = fd < 0 ? -errno : 0;

	if (r < 0)
		return diag_set(reterr, r, "[sip] multicast: %s", error_text(r));
	/* Others on this machine may listen, too.  Bound to the group, it hears nothing else. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));
	memcpy(&name.sin_addr, group, sizeof(group));
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		r = -errno;
	for (size_t i = 0; i < interfaces->count && r == 0; i++) {
		at = interfaces->words[i];
		r = join(fd, at);
	}
	if (r == 0 && interfaces->count == 0)
		r = join(fd, NULL);
	if (r == 0)
		return fd;
	close(fd);
	return diag_set(reterr, r, "[sip] multicast: %s port %u: %s", at, config->multicast_port,
			error_text(r));
}

static int family_of_socket(int fd)
{
	int family = AF_INET;
	socklen_t len = sizeof(family);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	return family;
}

int sip_udp_send(int fd, const struct net_address *to, const void *data, size_t len)
{
	struct name name;

	if (!name_of(to, family_of_socket(fd), &name))
		return -EAFNOSUPPORT;
	if (sendto(fd, data, len, 0, &name.any, name.len) < 0 && errno != EAGAIN &&
	    errno != ENOBUFS)
		return -errno;
	return 0;
}

int sip_udp_receive(int fd, void *data, size_t size, struct net_address *ret_from)
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);
	ssize_t n = recvfrom(fd, data, size, 0, (struct sockaddr *)&storage, &len);

	if (n < 0)
		return -errno;
	net_address_from((struct sockaddr *)&storage, ret_from);
	return (int)n;
}

/* A socket that is connected, or (TCP) about to be. */
static int socket_connect(const struct config_sip *config, int type, const struct net_address *to)
{
	struct name name;
	int fd;
	int r = socket_open(config, type, 0, &fd);

	if (r < 0)
		return r;
	if (!name_of(to, family_of(config), &name))
		r = -EAFNOSUPPORT;
	else if (connect(fd, &name.any, name.len) < 0 && errno != EINPROGRESS)
		r = -errno;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int sip_tcp_connect(const struct config_sip *config, const struct net_address *to)
{
	return socket_connect(config, SOCK_STREAM, to);
}

int sip_place_of(const struct config_sip *config, const struct net_address *to, unsigned port,
		 struct sip_place *ret)
{
	struct sockaddr_storage storage;
	socklen_t len = sizeof(storage);
	struct net_address address;
	char text[NET_TEXT_MAX];
	/* A UDP socket that is connected sends nothing, but knows its address. */
	int fd = socket_connect(config, SOCK_DGRAM, to);
	int r;

	if (fd < 0)
		return fd;
	r = getsockname(fd, (struct sockaddr *)&storage, &len) < 0 ? -errno : 0;
	close(fd);
	if (r < 0)
		return r;
	net_address_from((struct sockaddr *)&storage, &address);
	net_address_text(&address, text);
	snprintf(ret->host, sizeof(ret->host), address.len == 16 ? "[%s]" : "%s", text);
	ret->port = port;
	return 0;
}
