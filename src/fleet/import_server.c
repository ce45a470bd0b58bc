/* SPDX-License-Identifier: MIT */
/*
 * SIP servers of a document.  One with the same name and data is used, else one
 * is made: a server belongs to the fleet, and forty devices of a site name the
 * same one.  It keeps its index on the device, since settings go by it.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "fleet/catalogue.h"
#include "import_found.h"
#include "store/sip_server.h"

enum { NAME_BYTES_MAX = 64, PORT = 5060, TLS_PORT = 5061 };

static const char *text_of(const struct found_server *server, enum found_server_field field)
{
	const struct found_value *value = &server->fields[field];

	return value->name ? value->text : NULL;
}

static const char *either(const char *a, const char *b)
{
	return a ? a : b;
}

/* 0x.. or decimal; as told otherwise when there is none. */
static int port_of(struct found *found, struct found_value *value, int otherwise)
{
	const char *s = value->text;
	uint64_t n = 0;

	if (!value->name)
		return otherwise;
	if (strncasecmp(s, "0x", 2) == 0 && s[2]) {
		for (s += 2; hex_digit(*s) >= 0 && n < 65536; s++)
			n = n * 16 + (uint64_t)hex_digit(*s);
		n = *s ? 0 : n;
	} else if (!text_to_uint(s, 65535, &n)) {
		n = 0;
	}
	if (n >= 1 && n <= 65535)
		return (int)n;
	import_refuse(found, value, "a port is from 1 to 65535; %d is written instead", otherwise);
	return otherwise;
}

static const char *transport_of(struct found *found, struct found_value *value)
{
	static const char *const names[] = {"udp", "tcp", "tls"};

	if (!value->name)
		return found->transport;
	if (strlen(value->text) == 1 && value->text[0] >= '1' && value->text[0] <= '3')
		return names[value->text[0] - '1'];
	import_refuse(found, value, "a transport is 1 (UDP), 2 (TCP) or 3 (TLS); %s is taken",
		      found->transport);
	return found->transport;
}

/* What the server is to be; false when it has no address at all. */
static bool wanted(struct found *found, struct found_server *server, struct sip_server *ret)
{
	const char *domain = text_of(server, SERVER_DOMAIN);
	const char *proxy = text_of(server, SERVER_PROXY);
	const char *registrar = text_of(server, SERVER_REGISTRAR);
	struct found_value *sips = &server->fields[SERVER_SIPS];
	int port;

	ret->domain = either(domain, either(registrar, proxy));
	if (!ret->domain)
		return false;
	ret->name = either(text_of(server, SERVER_NAME), ret->domain);
	ret->transport = transport_of(found, &server->fields[SERVER_TRANSPORT]);
	port = strcmp(ret->transport, "tls") == 0 ? TLS_PORT : PORT;
	ret->proxy_address = either(proxy, ret->domain);
	ret->proxy_port = port_of(found, &server->fields[SERVER_PROXY_PORT], port);
	ret->registrar_address = either(registrar, ret->proxy_address);
	ret->registrar_port =
		port_of(found, &server->fields[SERVER_REGISTRAR_PORT], ret->proxy_port);
	if (sips->name && (strcmp(sips->text, "0") != 0 || port != TLS_PORT)) {
		import_refuse(found, sips, "0 is written with TLS, and nothing otherwise");
	}
	return true;
}

static bool is_same(const struct sip_server *a, const struct sip_server *b)
{
	return strcmp(a->domain, b->domain) == 0 &&
	       strcmp(a->proxy_address, b->proxy_address) == 0 && a->proxy_port == b->proxy_port &&
	       strcmp(a->registrar_address, b->registrar_address) == 0 &&
	       a->registrar_port == b->registrar_port && strcmp(a->transport, b->transport) == 0;
}

static const char *endpoint(void *mem, const char *host, int port)
{
	return mem_printf(mem, strchr(host, ':') ? "[%s]:%d" : "%s:%d", host, port);
}

static int server_make(struct change *change, const struct sip_server *server)
{
	struct sip_input input = {
		.domain = server->domain,
		.proxy = endpoint(change->mem, server->proxy_address, server->proxy_port),
		.registrar =
			endpoint(change->mem, server->registrar_address, server->registrar_port),
		.transport = server->transport,
	};

	return fleet_sip_add(change, server->name, &input);
}

static bool is_used(const struct found *found, size_t before, const char *name)
{
	for (size_t i = 0; i < before; i++)
		if (found->servers[i].sip && strcmp(found->servers[i].sip, name) == 0)
			return true;
	return false;
}

/*
 * The name of a server with this data that is not at another index already;
 * 1 there is one, 0 it has to be made, under the name that is told.
 */
static int name_find(struct found *found, struct change *change, size_t index,
		     const struct sip_server *want, bool shared, const char **ret)
{
	struct sip_server *there;
	int r;

	for (unsigned n = 1; n < 1000; n++) {
		*ret = n == 1 ? want->name
			      : mem_printf(change->mem, "%.*s (%u)", NAME_BYTES_MAX - 6, want->name,
					   n);
		r = sip_server_find(change->mem, change->db, *ret, &there);
		if (r <= 0)
			return r;
		if (is_same(there, want) && (shared || !is_used(found, index, *ret)))
			return 1;
	}
	return diag_set(change->diag, -E_SIP_EXISTS, "there are too many SIP servers '%s'",
			want->name);
}

static int server_take(struct found *found, struct change *change, size_t index, bool shared)
{
	struct found_server *server = &found->servers[index];
	struct found_value *name = &server->fields[SERVER_NAME];
	struct sip_server want = {0};
	unsigned line = 0;
	int r;

	for (size_t i = 0; i < SERVER_FIELDS && !line; i++)
		line = server->fields[i].line;
	if (!wanted(found, server, &want)) {
		import_note(found, line, IMPORT_REFUSED, name->name ? name->name : "",
			    "SIP server %zu has no address", index);
		return 0;
	}
	r = name_find(found, change, index, &want, shared, &server->sip);
	if (r != 0)
		return r < 0 ? r : 0;
	if (name->name && strcmp(server->sip, want.name) != 0) {
		import_refuse(
			found, name,
			"there is another SIP server '%s' with other data; this one is called "
			"'%s'",
			want.name, server->sip);
	}
	want.name = server->sip;
	r = server_make(change, &want);
	if (r == -E_DB || r == -E_DB_FULL)
		return r;
	if (r < 0) {
		import_complain(found->import->handsets, line, "SIP server %zu: %s", index,
				diag_text(change->diag, r));
		server->sip = NULL;
	}
	return 0;
}

static int server_place(struct found *found, struct change *change, size_t index)
{
	struct found_server *server = &found->servers[index];
	struct sip_server *there;
	int r = sip_server_find(change->mem, change->db, server->sip, &there);

	if (r == 0)
		return diag_set(change->diag, -E_SIP_UNKNOWN, "there is no SIP server '%s'",
				server->sip);
	if (r > 0)
		r = sip_server_attach_at(change->db, found->import->mac, there->id, (int)index);
	if (r == -E_DB_CONSTRAINT)
		return diag_set(change->diag, r,
				"SIP server %zu of the device is another one than '%s' already",
				index, server->sip);
	return r;
}

/* Where each account brings its server's data along, several may mean one server. */
int import_servers_put(struct found *found, struct change *change)
{
	const struct import_document *import = found->import;
	bool shared = found->has_own_servers;
	int r = 0;

	for (size_t i = 0; i < import->sip_count && i < FOUND_SERVERS_MAX; i++) {
		found->servers[i].is_there = true;
		found->servers[i].sip = import->sip[i];
	}
	for (size_t i = 0; i < FOUND_SERVERS_MAX && r == 0; i++) {
		if (!found->servers[i].is_there)
			continue;
		if (i >= import->sip_count)
			r = server_take(found, change, i, shared);
		if (r == 0 && found->servers[i].sip && !shared)
			r = server_place(found, change, i);
	}
	return r < 0 ? r : 0;
}
