/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/macros.h"

/* Addresses and networks.  An IPv4 address mapped into IPv6 is the IPv4 address. */

enum { NET_TEXT_MAX = 64 };

struct net_address {
	uint8_t bytes[16];
	uint8_t len; /* 4 or 16; 0: not an internet address (a UNIX socket) */
	uint16_t port;
};

struct net_prefix {
	struct net_address address;
	uint8_t bits;
};

void net_address_from(const struct sockaddr *sa, struct net_address *ret);

/* The way back; its length. */
socklen_t net_address_to(const struct net_address *address, uint16_t port,
			 struct sockaddr_storage *ret);

/* "192.0.2.1", "2001:db8::1", "unix"; `out` has NET_TEXT_MAX bytes. */
void net_address_text(const struct net_address *address, char *out);
bool net_address_parse(const char *s, struct net_address *ret);
bool net_address_is_loopback(const struct net_address *address);
/* Whatever their ports are. */
bool net_address_is_same(const struct net_address *a, const struct net_address *b);

/*
 * What can stand where a host's name is: an IPv4 address, an IPv6 address
 * without brackets, or a name of labels of letters, digits, - and _, the last
 * of which is no number (999.1.1.1 is neither name nor address).
 */
bool net_host_is_good(const char *s);

/* "10.0.0.0/8", "2001:db8::/32" or a single address; bits beyond the prefix must be zero. */
bool net_prefix_parse(const char *s, struct net_prefix *ret);
bool net_prefix_contains(const struct net_prefix *prefixes, size_t count,
			 const struct net_address *address);
