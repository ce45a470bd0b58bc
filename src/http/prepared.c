/* SPDX-License-Identifier: MIT */
/*
 * A prepared reply is one block of memory: the bytes and what its headers say.
 * libmicrohttpd's response is made anew for each request, which takes less than
 * a microsecond; kept with the bytes, it would take a fifth of the cache.
 * The bytes are not copied; a request keeps its reference until it is over.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "condition.h"
#include "exchange.h"
#include "http/reply.h"

struct prepared {
	_Atomic unsigned refs;
	int status;
	const char *type; /* NULL: none */
	const char *etag; /* with quotes; NULL: none */
	size_t size;
	size_t len;
	char data[]; /* the bytes, then the two strings */
};

struct prepared *prepared_new(int status, const char *type, const void *data, size_t len,
			      const char *etag)
{
	bool is_quoted = etag && (*etag == '"' || strncmp(etag, "W/\"", 3) == 0);
	size_t type_size = type ? strlen(type) + 1 : 0;
	size_t etag_len = etag ? strlen(etag) + (is_quoted ? 0 : 2) : 0;
	size_t size = sizeof(struct prepared) + len + type_size + etag_len + 1;
	struct prepared *prepared = mem_alloc(NULL, size);
	char *at = prepared->data + len;

	*prepared = (struct prepared){.refs = 1, .status = status, .size = size, .len = len};
	if (len)
		memcpy(prepared->data, data, len);
	if (type)
		prepared->type = memcpy(at, type, type_size);
	if (etag) {
		at += type_size;
		snprintf(at, etag_len + 1, is_quoted ? "%s" : "\"%s\"", etag);
		prepared->etag = at;
	}
	return prepared;
}

struct prepared *prepared_ref(struct prepared *prepared)
{
	atomic_fetch_add_explicit(&prepared->refs, 1, memory_order_relaxed);
	return prepared;
}

void prepared_unref(struct prepared *prepared)
{
	if (atomic_fetch_sub_explicit(&prepared->refs, 1, memory_order_acq_rel) == 1)
		mem_free(prepared);
}

size_t prepared_size(const struct prepared *prepared)
{
	return prepared->size;
}

const char *prepared_data(const struct prepared *prepared, size_t *ret_len)
{
	*ret_len = prepared->len;
	return prepared->data;
}

const char *prepared_etag(const struct prepared *prepared)
{
	return prepared->etag;
}

static bool is_modified(const struct request *req, const struct prepared *prepared)
{
	const char *known;

	if (!prepared->etag || prepared->status != MHD_HTTP_OK)
		return true;
	known = request_header(req, MHD_HTTP_HEADER_IF_NONE_MATCH);
	return !known || !condition_names(known, prepared->etag, false);
}

struct MHD_Response *prepared_response(const struct request *req, const struct prepared *prepared,
				       int *ret_status)
{
	bool is_full = is_modified(req, prepared);
	struct MHD_Response *response;

	*ret_status = is_full ? prepared->status : MHD_HTTP_NOT_MODIFIED;
	/* libmicrohttpd sends no body with a 304, only the length that it would have. */
	response = reply_make(prepared->data, prepared->len, MHD_RESPMEM_PERSISTENT,
			      is_full ? prepared->type : NULL);
	if (prepared->etag)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, prepared->etag);
	return response;
}
