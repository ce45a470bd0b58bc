/* SPDX-License-Identifier: MIT */
/*
 * A prepared reply is two responses of libmicrohttpd, the whole and the 304,
 * both made once.  libmicrohttpd counts references to a response and only
 * reads it while sending, so that all threads may send the same one.  The
 * bytes belong to the struct; a request keeps its reference until it is over.
 */
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "exchange.h"
#include "http/reply.h"

/* What the two responses with their headers take, about. */
enum { RESPONSE_BYTES = 1200 };

struct prepared {
	_Atomic unsigned refs;
	int status;
	struct MHD_Response *full;
	struct MHD_Response *not_modified; /* NULL without an ETag */
	const char *type;
	const char *etag; /* with quotes; NULL: none */
	size_t etag_len;
	size_t size;
	size_t len;
	char data[];
};

static struct MHD_Response *make(const struct prepared *prepared, size_t len, const char *type)
{
	struct MHD_Response *response;

	response = reply_make(prepared->data, len, MHD_RESPMEM_PERSISTENT, type);
	if (prepared->etag)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, prepared->etag);
	return response;
}

struct prepared *prepared_new(int status, const char *type, const void *data, size_t len,
			      const char *etag)
{
	struct prepared *prepared = mem_zalloc(NULL, sizeof(*prepared) + len);

	prepared->refs = 1;
	prepared->status = status;
	prepared->type = type ? mem_strdup(prepared, type) : NULL;
	prepared->len = len;
	if (len)
		memcpy(prepared->data, data, len);
	if (etag) {
		bool is_quoted = *etag == '"' || strncmp(etag, "W/\"", 3) == 0;

		prepared->etag = is_quoted ? mem_strdup(prepared, etag)
					   : mem_printf(prepared, "\"%s\"", etag);
		prepared->etag_len = strlen(prepared->etag);
		prepared->not_modified = make(prepared, 0, NULL);
	}
	prepared->full = make(prepared, len, prepared->type);
	prepared->size = talloc_total_size(prepared) + RESPONSE_BYTES;
	return prepared;
}

struct prepared *prepared_ref(struct prepared *prepared)
{
	atomic_fetch_add_explicit(&prepared->refs, 1, memory_order_relaxed);
	return prepared;
}

void prepared_unref(struct prepared *prepared)
{
	if (atomic_fetch_sub_explicit(&prepared->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (prepared->not_modified)
		MHD_destroy_response(prepared->not_modified);
	MHD_destroy_response(prepared->full);
	mem_free(prepared);
}

size_t prepared_size(const struct prepared *prepared)
{
	return prepared->size;
}

/* Weak comparison (RFC 9110, 13.1.2): a leading W/ does not count. */
static bool names(const char *list, const char *etag, size_t etag_len)
{
	if (strncmp(etag, "W/", 2) == 0) {
		etag += 2;
		etag_len -= 2;
	}
	for (;;) {
		const char *end;

		list += strspn(list, " \t,");
		if (*list == '*')
			return true;
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		end = *list == '"' ? strchr(list + 1, '"') : NULL;
		if (!end)
			return false;
		end++;
		if ((size_t)(end - list) == etag_len && memcmp(list, etag, etag_len) == 0)
			return true;
		list = end;
	}
}

static bool is_modified(const struct request *req, const struct prepared *prepared)
{
	const char *known;

	if (!prepared->etag || prepared->status != MHD_HTTP_OK)
		return true;
	known = request_header(req, MHD_HTTP_HEADER_IF_NONE_MATCH);
	return !known || !names(known, prepared->etag, prepared->etag_len);
}

struct MHD_Response *prepared_choose(struct request *req, struct prepared *prepared,
				     int *ret_status)
{
	if (is_modified(req, prepared)) {
		*ret_status = prepared->status;
		return prepared->full;
	}
	*ret_status = MHD_HTTP_NOT_MODIFIED;
	return prepared->not_modified;
}

struct MHD_Response *prepared_copy(struct request *req, struct prepared *prepared, int *ret_status)
{
	if (is_modified(req, prepared)) {
		*ret_status = prepared->status;
		return make(prepared, prepared->len, prepared->type);
	}
	*ret_status = MHD_HTTP_NOT_MODIFIED;
	return make(prepared, 0, NULL);
}
