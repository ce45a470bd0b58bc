/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "fleet/notify.h"

enum { URI_MAX = 250 };

static int wrong(struct diag *reterr, const char *what)
{
	return diag_set(reterr, -E_NOTIFY_URI,
			"the URI %s; it is sip:[USER@]HOST[:PORT], "
			"perhaps with ;transport=tcp",
			what);
}

/* Only what neither ends a header nor a pair of <>. */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (!isascii(*s) || !isgraph(*s) || strchr("<>\"\\,?", *s))
			return false;
	return true;
}

static int host_split(void *mem, const char *s, struct notify_uri *ret, struct diag *reterr)
{
	const char *end = s + strcspn(s, ":");
	struct net_address address;
	uint64_t port;

	if (*s == '[') {
		end = strchr(s, ']');
		if (!end)
			return wrong(reterr, "has a [ without its ]");
		ret->host = mem_strndup(mem, s + 1, (size_t)(end - s - 1));
		if (!net_address_parse(ret->host, &address) || !strchr(ret->host, ':'))
			return wrong(reterr, "has no IPv6 address in its brackets");
		end++;
	} else {
		ret->host = mem_strndup(mem, s, (size_t)(end - s));
		if (!*ret->host)
			return wrong(reterr, "names no host");
		for (const char *c = ret->host; *c; c++)
			if (!isalnum((unsigned char)*c) && !strchr(".-_", *c))
				return wrong(reterr, "has a host that is no name and no address");
	}
	if (!*end)
		return 0;
	if (*end != ':' || !text_to_uint(end + 1, 65535, &port) || port == 0)
		return wrong(reterr, "has a port that is none");
	ret->port = (unsigned)port;
	return 0;
}

static int params_look(char *params, struct notify_uri *ret, struct diag *reterr)
{
	char *save = NULL;

	for (char *param = strtok_r(params, ";", &save); param;
	     param = strtok_r(NULL, ";", &save)) {
		if (strncasecmp(param, "transport=", 10) != 0)
			continue;
		ret->has_transport = true;
		ret->tcp = strcasecmp(param + 10, "tcp") == 0;
		if (!ret->tcp && strcasecmp(param + 10, "udp") != 0)
			return wrong(reterr, "has a transport that is neither udp nor tcp");
	}
	return 0;
}

int notify_uri_parse(void *mem, const char *uri, struct notify_uri *ret, struct diag *reterr)
{
	char *rest, *at, *params;

	*ret = (struct notify_uri){0};
	if (strncasecmp(uri, "sip:", 4) != 0)
		return wrong(reterr, "does not begin with sip:");
	if (strlen(uri) > URI_MAX)
		return wrong(reterr, "is too long");
	if (!is_plain(uri))
		return wrong(reterr, "holds a character that it must not have");
	rest = mem_strdup(mem, uri + 4);
	at = strchr(rest, '@');
	if (at) {
		*at = '\0';
		if (at == rest || strchr(at + 1, '@'))
			return wrong(reterr, "has no user before its @, or two @");
		ret->user = rest;
		rest = at + 1;
	}
	params = strchr(rest, ';');
	if (params)
		*params++ = '\0';
	if (params && params_look(params, ret, reterr) < 0)
		return -E_NOTIFY_URI;
	return host_split(mem, rest, ret, reterr);
}
