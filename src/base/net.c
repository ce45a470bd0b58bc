/* SPDX-License-Identifier: MIT */
#include "base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LABEL_MAX = 63, HOST_MAX = 253 };

static void address_set(struct net_address *address, const void *bytes, uint8_t len, uint16_t port)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(address, 0, sizeof(*address));
	if (len == 16 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		bytes = (const uint8_t *)bytes + 12;
		len = 4;
	}
	memcpy(address->bytes, bytes, len);
	address->len = len;
	address->port = port;
}

void net_address_from(const struct sockaddr *sa, struct net_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		address_set(ret, &in->sin_addr, 4, ntohs(in->sin_port));
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)sa;

		address_set(ret, &in->sin6_addr, 16, ntohs(in->sin6_port));
	}
}

socklen_t net_address_to(const struct net_address *address, uint16_t port,
			 struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (void *)ret;
	struct sockaddr_in6 *in6 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	if (address->len == 16) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, address->bytes, 16);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	memcpy(&in->sin_addr, address->bytes, 4);
	return sizeof(*in);
}

void net_address_text(const struct net_address *address, char *out)
{
	if (address->len == 0)
		snprintf(out, NET_TEXT_MAX, "unix");
	else
		inet_ntop(address->len == 4 ? AF_INET : AF_INET6, address->bytes, out,
			  NET_TEXT_MAX);
}

/* As DNS has them, and underscores, which people's own servers do have. */
static bool label_is_good(const char *s, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";

	return len > 0 && len <= LABEL_MAX && strspn(s, allowed) >= len && s[0] != '-' &&
	       s[len - 1] != '-';
}

bool net_host_is_good(const char *s)
{
	struct net_address address;
	size_t len = strlen(s);

	if (net_address_parse(s, &address))
		return true;
	if (len > HOST_MAX)
		return false;
	for (;;) {
		len = strcspn(s, ".");
		if (!label_is_good(s, len))
			return false;
		if (!s[len])
			return strspn(s, "0123456789") < len;
		s += len + 1;
	}
}

bool net_address_parse(const char *s, struct net_address *ret)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, s, bytes) == 1)
		address_set(ret, bytes, 4, 0);
	else if (inet_pton(AF_INET6, s, bytes) == 1)
		address_set(ret, bytes, 16, 0);
	else
		return false;
	return true;
}

bool net_address_is_loopback(const struct net_address *address)
{
	static const uint8_t one[16] = {[15] = 1};

	if (address->len == 4)
		return address->bytes[0] == 127;
	return address->len == 16 && memcmp(address->bytes, one, sizeof(one)) == 0;
}

bool net_address_is_same(const struct net_address *a, const struct net_address *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool matches(const struct net_prefix *prefix, const struct net_address *address)
{
	unsigned whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	if (address->len != prefix->address.len ||
	    memcmp(address->bytes, prefix->address.bytes, whole) != 0)
		return false;
	return rest == 0 || ((address->bytes[whole] ^ prefix->address.bytes[whole]) & mask) == 0;
}

bool net_prefix_parse(const char *s, struct net_prefix *ret)
{
	char address[NET_TEXT_MAX];
	const char *slash = strchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);
	uint64_t bits;

	if (len >= sizeof(address))
		return false;
	memcpy(address, s, len);
	address[len] = '\0';
	if (!net_address_parse(address, &ret->address))
		return false;
	bits = ret->address.len * 8u;
	if (slash && !text_to_uint(slash + 1, bits, &bits))
		return false;
	ret->bits = (uint8_t)bits;
	for (unsigned i = ret->bits; i < ret->address.len * 8u; i++)
		if (ret->address.bytes[i / 8] & (0x80u >> i % 8))
			return false;
	return true;
}

bool net_prefix_contains(const struct net_prefix *prefixes, size_t count,
			 const struct net_address *address)
{
	for (size_t i = 0; i < count; i++)
		if (matches(&prefixes[i], address))
			return true;
	return false;
}
