/* SPDX-License-Identifier: MIT */
#include "resolve.h"

#include <netdb.h>
#include <string.h>

#include "base/mem.h"

struct resolve {
	struct net_address address; /* when the host is one */
	bool is_address;
	struct addrinfo hints;
	struct gaicb request;
	int begun; /* what getaddrinfo_a() said */
};

struct resolve *resolve_begin(const char *host, bool ipv6)
{
	struct resolve *resolve = mem_new(NULL, struct resolve);
	struct gaicb *list[] = {&resolve->request};

	resolve->is_address = net_address_parse(host, &resolve->address);
	if (resolve->is_address)
		return resolve;
	resolve->hints.ai_family = ipv6 ? AF_UNSPEC : AF_INET;
	resolve->hints.ai_socktype = SOCK_DGRAM;
	resolve->request.ar_name = mem_strdup(resolve, host);
	resolve->request.ar_request = &resolve->hints;
	resolve->begun = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	return resolve;
}

int resolve_look(struct resolve *resolve, struct net_address *ret, struct diag *reterr)
{
	int error = resolve->begun;

	if (resolve->is_address) {
		*ret = resolve->address;
		return 1;
	}
	if (error == 0)
		error = gai_error(&resolve->request);
	if (error == EAI_INPROGRESS)
		return 0;
	if (error == 0)
		net_address_from(resolve->request.ar_result->ai_addr, ret);
	if (error == 0 && ret->len > 0)
		return 1;
	return diag_set(reterr, -E_NOTIFY_NOWHERE, "%s: %s", resolve->request.ar_name,
			error ? gai_strerror(error) : "no address");
}

bool resolve_end(struct resolve *resolve)
{
	if (!resolve)
		return true;
	if (!resolve->is_address && resolve->begun == 0) {
		if (gai_cancel(&resolve->request) == EAI_NOTCANCELED)
			return false;
		if (resolve->request.ar_result)
			freeaddrinfo(resolve->request.ar_result);
	}
	mem_free(resolve);
	return true;
}
