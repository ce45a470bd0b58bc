/* SPDX-License-Identifier: MIT */
/*
 * Who is at the other end.  X-Forwarded-For is a list to which each proxy
 * appends whom it has seen; it is believed from the right, as far as the
 * proxies are ours.
 */
#include <string.h>

#include "base/mem.h"
#include "exchange.h"

enum { HOPS_MAX = 32 };

struct forwarded {
	struct net_address hops[HOPS_MAX]; /* in the order of the headers */
	unsigned count;
	bool is_broken;
};

static bool hop_parse(const char *s, size_t len, struct net_address *ret)
{
	char text[NET_TEXT_MAX];

	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return net_address_parse(text, ret);
}

static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind, const char *name,
			       const char *value)
{
	struct forwarded *forwarded = cls;

	(void)kind;
	if (!value || strcasecmp(name, "X-Forwarded-For") != 0)
		return MHD_YES;
	for (;;) {
		size_t len = strcspn(value, ",");

		/* What stands before a hop that cannot be read is worth nothing either. */
		if (forwarded->count == HOPS_MAX)
			forwarded->is_broken = true;
		else if (hop_parse(value, len, &forwarded->hops[forwarded->count]))
			forwarded->count++;
		else
			forwarded->count = 0;
		if (!value[len])
			return MHD_YES;
		value += len + 1;
	}
}

void request_address_find(struct request *req)
{
	const struct config_networks *trusted = &req->listener->trusted_proxies;
	const union MHD_ConnectionInfo *info;
	struct forwarded forwarded = {.count = 0};

	req->has_address = true;
	info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (!info || !info->client_addr || req->listener->is_control)
		return;
	net_address_from(info->client_addr, &req->address);
	if (trusted->count == 0)
		return;
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, collect, &forwarded);
	if (forwarded.is_broken)
		return;
	while (forwarded.count &&
	       net_prefix_contains(trusted->prefixes, trusted->count, &req->address))
		req->address = forwarded.hops[--forwarded.count];
}
