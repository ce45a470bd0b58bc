/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/counter.h"
#include "base/mem.h"
#include "base/text.h"
#include "exchange.h"
#include "http/reply.h"
#include "tls.h"

/* Room for the target twice and for what a plain GET needs besides. */
enum { POOL_BYTES = 768 };

static char id_prefix[8]; /* tells one run of the daemon from the next */
static _Atomic uint64_t id_next;
static pthread_once_t id_once = PTHREAD_ONCE_INIT;

static void id_setup(void)
{
	uint8_t bytes[3];

	randombytes_buf(bytes, sizeof(bytes));
	hex_encode(id_prefix, bytes, sizeof(bytes));
	id_prefix[6] = '-';
}

/* By hand: snprintf would cost a tenth of a whole fetch. */
static void id_make(char out[REQUEST_ID_MAX])
{
	uint64_t n = atomic_fetch_add_explicit(&id_next, 1, memory_order_relaxed) + 1;
	char digits[20];
	size_t count = 0;

	memcpy(out, id_prefix, 7);
	out += 7;
	for (; n; n /= 10)
		digits[count++] = (char)('0' + n % 10);
	while (count)
		*out++ = digits[--count];
	*out = '\0';
}

/* Clients may send http://host/path; the host is of no interest here. */
const char *request_skip_authority(const char *uri)
{
	const char *rest;

	if (*uri == '/')
		return uri;
	if (strncasecmp(uri, "http://", 7) == 0)
		rest = uri + 7;
	else if (strncasecmp(uri, "https://", 8) == 0)
		rest = uri + 8;
	else
		return uri;
	rest += strcspn(rest, "/?");
	return *rest == '/' ? rest : "/";
}

struct request *request_new(struct http *http, const char *uri)
{
	const char *target = request_skip_authority(uri);
	size_t len = strlen(target);
	size_t path_len = strcspn(target, "?");
	struct request *req;
	char *copy;

	pthread_once(&id_once, id_setup);
	req = talloc_pooled_object(NULL, struct request, 8, len * 2 + POOL_BYTES);
	assert(req);
	memset(req, 0, sizeof(*req));
	req->http = http;
	req->refs = 1;
	id_make(req->id);
	copy = mem_alloc(req, len + path_len + 2);
	memcpy(copy, target, len + 1);
	req->target = copy;
	if (target[path_len] == '?')
		req->query = copy + path_len + 1;
	copy += len + 1;
	memcpy(copy, target, path_len);
	copy[path_len] = '\0';
	req->path = target[path_len] ? copy : req->target;
	return req;
}

void request_ref(struct request *req)
{
	atomic_fetch_add_explicit(&req->refs, 1, memory_order_relaxed);
}

void request_unref(struct request *req)
{
	if (atomic_fetch_sub_explicit(&req->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (req->response)
		MHD_destroy_response(req->response);
	if (req->prepared)
		prepared_unref(req->prepared);
	if (req->is_download)
		download_end(req);
	if (req->is_import)
		atomic_fetch_sub(&req->http->imports, 1);
	/* None yet when the headers were too much, or never came to an end. */
	if (req->config)
		config_release(req->config);
	mem_free(req);
}

void *request_mem(struct request *req)
{
	return req;
}

const char *request_id(const struct request *req)
{
	return req->id;
}

const struct config *request_config(const struct request *req)
{
	return req->config;
}

const struct route *request_route(const struct request *req)
{
	return req->route;
}

enum plane request_plane(const struct request *req)
{
	return req->plane;
}

enum http_method request_method(const struct request *req)
{
	return (enum http_method)req->method;
}

const char *request_method_name(const struct request *req)
{
	return req->method_name;
}

const char *request_path(const struct request *req)
{
	return req->path;
}

const char *request_target(const struct request *req)
{
	return req->target;
}

const char *request_param(const struct request *req, const char *name)
{
	return router_param(&req->match, name);
}

/* Decodes `len` bytes into `out`, which has room for them and a NUL; false for what is not text. */
static bool query_decode(const char *in, size_t len, char *out)
{
	const char *end = in + len;
	char *start = out;

	for (; in < end; in++) {
		char c = *in == '+' ? ' ' : *in;

		if (c == '%') {
			int high = end - in > 2 ? hex_digit(in[1]) : -1;
			int low = high >= 0 ? hex_digit(in[2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			in += 2;
		}
		*out++ = c;
	}
	*out = '\0';
	return text_check(start, (size_t)(out - start), NULL) == 0;
}

const char *request_query_find(void *mem, const char *s, const char *name)
{
	char *scratch;

	if (!s)
		return NULL;
	scratch = mem_alloc(mem, strlen(s) + 1);
	while (*s) {
		size_t len = strcspn(s, "&");
		size_t name_len = strcspn(s, "=&");

		if (query_decode(s, name_len, scratch) && strcmp(scratch, name) == 0) {
			const char *value = s + name_len + (name_len < len);

			if (query_decode(value, len - (size_t)(value - s), scratch))
				return scratch;
			break;
		}
		s += len + (s[len] == '&');
	}
	mem_free(scratch);
	return NULL;
}

const char *request_query(const struct request *req, const char *name)
{
	return request_query_find((void *)(uintptr_t)req, req->query, name);
}

const char *request_header(const struct request *req, const char *name)
{
	if (!req->headers)
		return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
	for (size_t i = 0; i < req->header_count; i++)
		if (strcasecmp(req->headers[i].name, name) == 0)
			return req->headers[i].value;
	return NULL;
}

static enum MHD_Result header_copy(void *cls, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct request *req = cls;
	struct header *header = &req->headers[req->header_count++];

	(void)kind;
	header->name = mem_strdup(req, name);
	header->value = mem_strdup(req, value ? value : "");
	return MHD_YES;
}

void request_headers_copy(struct request *req)
{
	int count = MHD_get_connection_values(req->connection, MHD_HEADER_KIND, NULL, NULL);

	req->headers = mem_array(req, struct header, (size_t)count + 1);
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, header_copy, req);
}

struct cookies {
	void *mem;
	char *text; /* NULL: none yet */
};

static enum MHD_Result cookie_add(void *cls, enum MHD_ValueKind kind, const char *name,
				  const char *value)
{
	struct cookies *cookies = cls;

	(void)kind;
	if (value && strcasecmp(name, MHD_HTTP_HEADER_COOKIE) == 0)
		cookies->text = cookies->text
					? mem_printf(cookies->mem, "%s; %s", cookies->text, value)
					: mem_strdup(cookies->mem, value);
	return MHD_YES;
}

const char *request_cookies(const struct request *req)
{
	struct cookies cookies = {.mem = (void *)(uintptr_t)req};

	if (!req->headers)
		MHD_get_connection_values(req->connection, MHD_HEADER_KIND, cookie_add, &cookies);
	for (size_t i = 0; i < req->header_count; i++)
		cookie_add(&cookies, MHD_HEADER_KIND, req->headers[i].name, req->headers[i].value);
	return cookies.text;
}

const char *request_body(const struct request *req, size_t *ret_len)
{
	if (ret_len)
		*ret_len = req->body_len;
	return req->body ? req->body : "";
}

const struct net_address *request_address(const struct request *req)
{
	if (!req->has_address)
		request_address_find((struct request *)(uintptr_t)req);
	return &req->address;
}

bool request_is_tls(const struct request *req)
{
	return req->listener->is_tls;
}

unsigned request_port(const struct request *req)
{
	return req->listener->port;
}

bool request_takes_basic(const struct request *req)
{
	return req->listener->is_tls || req->listener->basic_without_tls ||
	       net_address_is_loopback(request_address(req));
}

uint64_t request_connection(const struct request *req)
{
	return req->connection_number;
}

bool request_asks_client_cert(const struct request *req)
{
	return req->listener->client_trust;
}

void request_client_cert_find(struct request *req)
{
	if (req->has_client_cert)
		return;
	req->has_client_cert = true;
	req->client_cert = tls_client_find(req, req->listener, req->connection);
}

const struct client_cert *request_client_cert(const struct request *req)
{
	request_client_cert_find((struct request *)(uintptr_t)req);
	return req->client_cert;
}

const struct principal *request_principal(const struct request *req)
{
	return req->is_admitted && req->principal.name[0] ? &req->principal : NULL;
}

void request_set_reason(struct request *req, int reason)
{
	req->reason = reason;
}
