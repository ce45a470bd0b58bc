/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/catalogue.h"
#include "store/sip_server.h"

enum { SIP_NAME_MAX = 64, SIP_HOST_MAX = 253, SIP_PORT = 5060, SIP_TLS_PORT = 5061 };

static json_t *shown(const struct sip_server *server)
{
	return json_pack("{s:s, s:s, s:i, s:s, s:i, s:s}", "domain", server->domain,
			 "proxy_address", server->proxy_address, "proxy_port", server->proxy_port,
			 "registrar_address", server->registrar_address, "registrar_port",
			 server->registrar_port, "transport", server->transport);
}

static bool host_is_good(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_:";
	size_t len = strlen(s);

	return len > 0 && len <= SIP_HOST_MAX && strspn(s, allowed) == len;
}

/* HOST, HOST:PORT, [V6] or [V6]:PORT; without a port the transport's own. */
static int endpoint_parse(struct change *change, const char *what, const char *s, int port,
			  const char **ret_host, int *ret_port)
{
	const char *end = s[0] == '[' ? strchr(s, ']') : strrchr(s, ':');
	const char *port_text = NULL;
	uint64_t n = (uint64_t)port;
	char *host;

	if (s[0] == '[' && end) {
		host = mem_strndup(change->mem, s + 1, (size_t)(end - s - 1));
		port_text = end[1] == ':' ? end + 2 : NULL;
	} else if (end && strchr(s, ':') == end) {
		host = mem_strndup(change->mem, s, (size_t)(end - s));
		port_text = end + 1;
	} else {
		host = mem_strdup(change->mem, s);
	}
	if (!host_is_good(host) || (port_text && (!text_to_uint(port_text, 65535, &n) || n == 0)))
		return diag_set(change->diag, -E_VALUE, "%s is not HOST or HOST:PORT", what);
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
		if (!host_is_good(in->domain))
			return diag_set(change->diag, -E_VALUE, "domain is not a host name");
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
	int r = text_check_line(name, SIP_NAME_MAX);

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
