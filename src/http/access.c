/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd's side of a request.  It calls access_line() with the raw
 * request line, access_handle() when the headers have come, for each piece of
 * the body, when all is there, and again after a suspended connection has been
 * resumed; access_completed() at the end.
 *
 * A refusal that is known with the headers waits for the body's end: many
 * clients write all of it before they read, and would see nothing but a broken
 * connection.  It is sent at once to who asks first (Expect: 100-continue), and
 * where the body is too long for such courtesy.
 */
#include <assert.h>
#include <string.h>

#include "base/counter.h"
#include "base/log.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "exchange.h"
#include "http/reply.h"
#include "link.h"

enum { BODY_FIRST = 4096, BODY_SWALLOWED_MAX = 32 << 20, IMPORTS_MAX = 4 };

static const struct {
	const char *name;
	int method;
} methods[] = {
	{"GET", HTTP_GET}, {"HEAD", HTTP_GET},	  {"POST", HTTP_POST},
	{"PUT", HTTP_PUT}, {"PATCH", HTTP_PATCH}, {"DELETE", HTTP_DELETE},
};

void *access_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct listener *listener = cls;
	struct request *req = request_new(listener->http, uri);
	char *query = strchr(uri, '?');

	(void)connection;
	/*
	 * The line is libmicrohttpd's buffer.  It would take the query apart, which nobody
	 * asks it for; and where its memory is not enough for all the pieces it forgets the
	 * request, answers nobody and calls access_completed() never.
	 */
	if (query)
		query[1] = '\0';
	return req;
}

static void method_set(struct request *req, const char *method)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (strcmp(method, methods[i].name) != 0)
			continue;
		req->method = methods[i].method;
		req->method_name = methods[i].name;
		req->is_head = i == 1;
		return;
	}
	req->method = METHOD_OTHER;
	req->method_name = mem_strdup(req, method);
}

static void route_find(struct request *req)
{
	struct listener *listener = req->listener;

	req->refusal = router_decide(req->http->router, listener->planes, req->method,
				     mem_strdup(req, req->path), &req->match, &req->plane);
	req->route = req->match.route;
	if (req->route)
		req->handler = req->route->handler;
	if (listener->is_control)
		req->plane = PLANE_CONTROL;
}

/* Bytes that will come, as far as the headers tell; UINT64_MAX: unknown.  Absurd lengths are long. */
static uint64_t body_announced(struct request *req)
{
	const char *length;
	uint64_t n;

	length = request_header(req, MHD_HTTP_HEADER_CONTENT_LENGTH);
	if (length)
		return text_to_uint(length, UINT64_MAX - 1, &n) ? n : UINT64_MAX - 1;
	return request_header(req, MHD_HTTP_HEADER_TRANSFER_ENCODING) ? UINT64_MAX : 0;
}

/*
 * May the body have `len` bytes?  Who sends it is not known before it is there,
 * so of the large ones only a few are taken at a time, and none that does not
 * even try to say who it is from.
 */
static int body_allow(struct request *req, uint64_t len)
{
	const struct config_limits *limits = &req->config->limits;

	if (len <= limits->max_body)
		return 0;
	if (!req->route || req->route->how != ROUTE_IMPORT || len > limits->max_import ||
	    len >= BUF_MAX)
		return -E_TOO_LARGE;
	if (req->is_import || req->listener->is_control)
		return 0;
	if (!request_header(req, MHD_HTTP_HEADER_AUTHORIZATION))
		return -E_UNAUTHORIZED;
	if (atomic_fetch_add(&req->http->imports, 1) >= IMPORTS_MAX) {
		atomic_fetch_sub(&req->http->imports, 1);
		return -E_BUSY;
	}
	req->is_import = true;
	return 0;
}

static void log_reply(struct request *req, int status, int reason)
{
	/* Asking for a challenge is how every healthy phone begins. */
	bool usual = (status < 400 && reason >= 0) || reason == -E_SECRET_MISSING ||
		     reason == -E_UNAUTHORIZED;
	enum log_level level = usual ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
	char text[NET_TEXT_MAX];
	const char *address = text;

	if (req->config->daemon.log_level < level)
		return;
	net_address_text(request_address(req), text);
	log_request(req->id);
	if (reason < 0)
		LOG_AT(level, "request refused", LOG_S("method", req->method_name),
		       LOG_S("path", req->path), LOG_S("address", address), LOG_I("status", status),
		       LOG_E(reason));
	else
		LOG_AT(level, "request answered", LOG_S("method", req->method_name),
		       LOG_S("path", req->path), LOG_S("address", address),
		       LOG_I("status", status));
	log_request(NULL);
}

static enum MHD_Result queue(struct request *req, int status, struct MHD_Response *response,
			     int reason)
{
	counter_add(M_REQUEST, 1);
	if (status >= 500)
		counter_add(M_REQUEST_FAILED, 1);
	else if (status >= 400 || (req->plane == PLANE_WPI && reason < 0))
		counter_add(M_REQUEST_REFUSED, 1);
	log_reply(req, status, status < 400 && req->plane != PLANE_WPI ? 0 : reason);
	return MHD_queue_response(req->connection, (unsigned)status, response);
}

static enum MHD_Result answer(struct request *req)
{
	enum MHD_Result result;

	if (!req->response)
		req->response = prepared_response(req, req->prepared, &req->status);
	/* Who asks again and again over one connection would never let the daemon go. */
	if (atomic_load(&req->http->is_quiet))
		MHD_add_response_header(req->response, MHD_HTTP_HEADER_CONNECTION, "close");
	result = queue(req, req->status, req->response, req->reason);
	/* libmicrohttpd has it now; a stream would otherwise hold the request that holds it. */
	reply_set(req, req->status, NULL);
	return result;
}

/* Another thread may still be at work on the request: nothing of what it sets is looked at. */
static enum MHD_Result answer_expired(struct request *req)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	int status;

	response = reply_make_error(req, req->expired_with, NULL, &status);
	result = queue(req, status, response, req->expired_with);
	MHD_destroy_response(response);
	return result;
}

static void allow_add(struct request *req)
{
	char *allow = mem_strdup(req, "");

	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (req->match.methods & 1u << methods[i].method)
			allow = talloc_asprintf_append_buffer(allow, "%s%s", *allow ? ", " : "",
							      methods[i].name);
	reply_header(req, MHD_HTTP_HEADER_ALLOW, allow);
}

static enum MHD_Result refuse(struct request *req)
{
	reply_error(req, req->refusal, NULL);
	if (req->refusal == -E_METHOD_NOT_ALLOWED)
		allow_add(req);
	if (req->refusal == -E_FRAMING)
		reply_header(req, MHD_HTTP_HEADER_CONNECTION, "close");
	return answer(req);
}

static bool is_swallowed(struct request *req, uint64_t body)
{
	return body <= BODY_SWALLOWED_MAX && req->refusal != -E_STOPPING &&
	       !request_header(req, MHD_HTTP_HEADER_EXPECT);
}

static enum MHD_Result begin(struct request *req, struct listener *listener,
			     struct MHD_Connection *connection, const char *method)
{
	uint64_t body;

	atomic_fetch_add(&listener->http->open, 1);
	counter_add(M_REQUEST_OPEN, 1);
	req->listener = listener;
	req->connection = connection;
	req->connection_number = link_number(connection);
	req->config = config_pin();
	atomic_store_explicit(&req->state, REQUEST_BODY, memory_order_relaxed);
	method_set(req, method);
	route_find(req);
	body = body_announced(req);
	if (!request_is_framed(req))
		req->refusal = -E_FRAMING;
	if (!req->refusal && request_is_foreign(req))
		req->refusal = -E_ORIGIN;
	if (!req->refusal && body != UINT64_MAX)
		req->refusal = body_allow(req, body);
	if (!req->refusal && atomic_load(&listener->http->is_stopping))
		req->refusal = -E_STOPPING;
	if (req->refusal == -E_FRAMING)
		return refuse(req);
	return req->refusal && body && !is_swallowed(req, body) ? refuse(req) : MHD_YES;
}

static void body_reserve(struct request *req, size_t len)
{
	size_t size = req->body_size ? req->body_size : BODY_FIRST;

	while (size < len)
		size = size > BUF_MAX / 2 ? BUF_MAX : 2 * size;
	if (size == req->body_size)
		return;
	req->body = mem_grow(req, req->body, 1, size);
	req->body_size = size;
}

/* No reply may be queued here: too long a body is swallowed to its end, or for a while. */
static enum MHD_Result body_add(struct request *req, const char *data, size_t *size)
{
	size_t len = *size;

	*size = 0;
	link_body(req->connection, len);
	if (!req->refusal)
		req->refusal = body_allow(req, req->body_len + len);
	if (req->refusal && req->body) {
		mem_free(req->body);
		req->body = NULL;
		req->body_len = 0;
	}
	if (req->refusal) {
		req->body_len += len;
		return req->body_len > BODY_SWALLOWED_MAX ? MHD_NO : MHD_YES;
	}
	body_reserve(req, req->body_len + len + 1);
	memcpy(req->body + req->body_len, data, len);
	req->body_len += len;
	req->body[req->body_len] = '\0';
	return MHD_YES;
}

/* What needs no worker is settled here, where the connection may be asked. */
static int run(struct request *req)
{
	const struct route *route = req->route;
	int r;

	if (req->listener->is_control || route->auth < ROUTE_AUTH_ACCOUNT) {
		r = request_admit(req);
		if (r < 0)
			return r;
		req->is_admitted = true;
	}
	if (route->how != ROUTE_INLINE || !req->is_admitted)
		return request_defer(req, route->handler);
	if (!request_query_is_known(req))
		return 0;
	log_request(req->id);
	r = req->handler(req);
	log_request(NULL);
	return r;
}

static enum MHD_Result dispatch(struct request *req)
{
	int r;

	link_heard(req->connection);
	if (req->refusal)
		return refuse(req);
	atomic_store_explicit(&req->state, REQUEST_RUNNING, memory_order_relaxed);
	r = run(req);
	if (r == REQUEST_LATER) {
		assert(atomic_load(&req->state) != REQUEST_RUNNING);
		return MHD_YES;
	}
	if (atomic_load(&req->state) != REQUEST_RUNNING) {
		request_finish(req, r);
		return MHD_YES;
	}
	if (r < 0)
		reply_error(req, r, NULL);
	else if (!req->status)
		reply_error(req, -E_INTERNAL, "the handler has set no reply");
	return answer(req);
}

enum MHD_Result access_handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *data_size, void **context)
{
	struct request *req = *context;

	(void)url;
	(void)version;
	switch (atomic_load_explicit(&req->state, memory_order_acquire)) {
	case REQUEST_LINE:
		return begin(req, cls, connection, method);
	case REQUEST_BODY:
		return *data_size ? body_add(req, data, data_size) : dispatch(req);
	case REQUEST_ANSWERED:
		return answer(req);
	case REQUEST_EXPIRED:
		return answer_expired(req);
	default:
		return MHD_YES;
	}
}

void access_completed(void *cls, struct MHD_Connection *connection, void **context,
		      enum MHD_RequestTerminationCode code)
{
	struct request *req = *context;
	struct listener *listener = cls;
	int state;

	(void)code;
	if (!req)
		return;
	*context = NULL;
	link_answered(connection);
	state = atomic_load_explicit(&req->state, memory_order_acquire);
	if (state != REQUEST_EXPIRED)
		reply_set(req, 0, NULL);
	if (state != REQUEST_LINE) {
		counter_add(M_REQUEST_OPEN, -1);
		atomic_fetch_sub(&listener->http->open, 1);
	}
	request_unref(req);
}
