/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "base/net.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/catalogue.h"
#include "store/sip_server.h"

enum { SIP_NAME_MAX = 64, SIP_PORT = 5060, SIP_TLS_PORT = 5061 };

static json_t *shown(const struct sip_server *server)
{
	return json_pack("{s:s, s:s, s:i, s:s, s:i, s:s}", "domain", server->domain,
			 "proxy_address", server->proxy_address, "proxy_port", server->proxy_port,
			 "registrar_address", server->registrar_address, "registrar_port",
			 server->registrar_port, "transport", server->transport);
}

/* "[V6]" and "[V6]:PORT" */
static bool brackets_split(void *mem, const char *s, const char **ret_host, const char **ret_port)
{
	const char *end = strchr(s, ']');
	struct net_address address;

	if (!end || (end[1] && end[1] != ':'))
		return false;
	*ret_host = mem_strndup(mem, s + 1, (size_t)(end - s - 1));
	*ret_port = end[1] ? end + 2 : NULL;
	return strchr(*ret_host, ':') && net_address_parse(*ret_host, &address);
}

/* "HOST" and "HOST:PORT"; with more than one colon it is an IPv6 address. */
static bool plain_split(void *mem, const char *s, const char **ret_host, const char **ret_port)
{
	const char *colon = strchr(s, ':');

	*ret_port = NULL;
	if (colon && !strchr(colon + 1, ':')) {
		*ret_host = mem_strndup(mem, s, (size_t)(colon - s));
		*ret_port = colon + 1;
	} else {
		*ret_host = mem_strdup(mem, s);
	}
	return net_host_is_good(*ret_host);
}

/* HOST, HOST:PORT, [V6] or [V6]:PORT; without a port the transport's own. */
static int endpoint_parse(struct change *change, const char *what, const char *s, int port,
			  const char **ret_host, int *ret_port)
{
	const char *host, *port_text;
	uint64_t n = (uint64_t)port;
	bool is_good = s[0] == '[' ? brackets_split(change->mem, s, &host, &port_text)
				   : plain_split(change->mem, s, &host, &port_text);

	if (!is_good)
		return diag_set(change->diag, -E_VALUE,
				"%s: '%.64s' is not HOST, HOST:PORT or [IPV6]:PORT; a host is a "
				"name or an address",
				what, s);
	if (port_text && (!text_to_uint(port_text, 65535, &n) || n == 0))
		return diag_set(change->diag, -E_VALUE,
				"%s: '%.64s' is no port; one is from 1 to "
				"65535",
				what, port_text);
	*ret_host = host;
	*ret_port = (int)n;
	return 0;
}

static int apply(struct change *change, struct sip_server *server, const struct sip_input *in)
{
	bool tls;
	int r = 0;

	if (in->transport) {
		if (strcmp(in->transport, "udp") != 0 && strcmp(in->transport, "tcp") != 0 &&
		    strcmp(in->transport, "tls") != 0)
			return diag_set(change->diag, -E_VALUE, "transport is udp, tcp or tls");
		server->transport = in->transport;
	}
	tls = strcmp(server->transport, "tls") == 0;
	if (in->domain) {
		if (!net_host_is_good(in->domain))
			return diag_set(change->diag, -E_VALUE,
					"domain: '%.64s' is neither a name nor an address",
					in->domain);
		server->domain = in->domain;
	}
	if (in->proxy)
		r = endpoint_parse(change, "proxy", in->proxy, tls ? SIP_TLS_PORT : SIP_PORT,
				   &server->proxy_address, &server->proxy_port);
	if (r == 0 && in->registrar)
		r = endpoint_parse(change, "registrar", in->registrar,
				   tls ? SIP_TLS_PORT : SIP_PORT, &server->registrar_address,
				   &server->registrar_port);
	return r;
}

int fleet_sip_add(struct change *change, const char *name, const struct sip_input *input)
{
	struct sip_server server = {.name = name, .transport = "udp"};
	struct sip_input in = *input;
	int r = text_check_name(name, SIP_NAME_MAX);

	if (r < 0)
		return diag_set(change->diag, r, "the name %s", error_text(r));
	if (!in.domain)
		return diag_set(change->diag, -E_FIELD_MISSING, "a domain is required");
	if (!in.proxy)
		in.proxy = in.domain;
	if (!in.registrar)
		in.registrar = in.proxy;
	r = apply(change, &server, &in);
	if (r == 0)
		r = sip_server_insert(change->db, &server);
	if (r < 0)
		return r == -E_DB_CONSTRAINT ? -E_SIP_EXISTS : r;
	return fleet_audit(change, "sip.add", mem_printf(change->mem, "sip:%s", name), NULL,
			   shown(&server));
}

int fleet_sip_set(struct change *change, const char *name, const struct sip_input *input)
{
	struct sip_server *server;
	json_t *before;
	int r = sip_server_find(change->mem, change->db, name, &server);

	if (r <= 0)
		return r < 0 ? r : -E_SIP_UNKNOWN;
	before = shown(server);
	r = apply(change, server, input);
	if (r == 0)
		r = sip_server_update(change->db, server);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, "sip.set", mem_printf(change->mem, "sip:%s", name), before,
			   shown(server));
}

int fleet_sip_remove(struct change *change, const char *name)
{
	struct sip_server *server;
	int r = sip_server_find(change->mem, change->db, name, &server);

	if (r <= 0)
		return r < 0 ? r : -E_SIP_UNKNOWN;
	r = sip_server_delete(change->db, server->id);
	if (r < 0)
		return r == -E_DB_CONSTRAINT ? -E_SIP_IN_USE : r;
	return fleet_audit(change, "sip.remove", mem_printf(change->mem, "sip:%s", name),
			   shown(server), NULL);
}
