/* SPDX-License-Identifier: MIT */
#include "http/reply.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "exchange.h"

struct MHD_Response *reply_make(const void *data, size_t len, enum MHD_ResponseMemoryMode mode,
				const char *type)
{
	struct MHD_Response *response;

	response = MHD_create_response_from_buffer(len, len ? (void *)(uintptr_t)data : NULL,
						   len ? mode : MHD_RESPMEM_PERSISTENT);
	assert(response);
	if (type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	return response;
}

void reply_set(struct request *req, int status, struct MHD_Response *response)
{
	if (req->response)
		MHD_destroy_response(req->response);
	req->response = response;
	req->status = status;
}

void reply_bytes(struct request *req, int status, const char *type, const void *data, size_t len)
{
	reply_set(req, status, reply_make(data, len, MHD_RESPMEM_MUST_COPY, type));
}

void reply_static(struct request *req, int status, const char *type, const void *data, size_t len)
{
	reply_set(req, status, reply_make(data, len, MHD_RESPMEM_PERSISTENT, type));
}

void reply_empty(struct request *req, int status)
{
	reply_set(req, status, reply_make(NULL, 0, MHD_RESPMEM_PERSISTENT, NULL));
}

/* Headers of which a reply has one: the last one given. */
static bool is_single(const char *name)
{
	return strcasecmp(name, MHD_HTTP_HEADER_CACHE_CONTROL) == 0 ||
	       strcasecmp(name, MHD_HTTP_HEADER_CONTENT_TYPE) == 0 ||
	       strcasecmp(name, MHD_HTTP_HEADER_ETAG) == 0;
}

void reply_header(struct request *req, const char *name, const char *value)
{
	const char *old;

	assert(req->status);
	if (!req->response)
		req->response = prepared_response(req, req->prepared, &req->status);
	if (is_single(name)) {
		old = MHD_get_response_header(req->response, name);
		if (old)
			MHD_del_response_header(req->response, name, mem_strdup(req, old));
	}
	MHD_add_response_header(req->response, name, value);
}

void reply_prepared(struct request *req, struct prepared *prepared)
{
	struct prepared *old = req->prepared;

	req->prepared = prepared_ref(prepared);
	if (old)
		prepared_unref(old);
	/* The status is settled when it is known which of its two replies goes out. */
	reply_set(req, MHD_HTTP_OK, NULL);
}
