/* SPDX-License-Identifier: MIT */
/* What a request must not be, whatever its handler is: one place for all of them. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "exchange.h"
#include "http/reply.h"

enum { SHOWN_MAX = 64 };

static const struct {
	const char *handler;
	const char *names;
} queries[] = {
#define QUERY(handler, names) {#handler, names},
#include "http/queries.def"
#undef QUERY
};

/*
 * A browser adds the password that it knows to whatever any page sends here,
 * and tells of which origin that page is.
 */
bool request_is_foreign(const struct request *req)
{
	const char *origin = request_header(req, MHD_HTTP_HEADER_ORIGIN);
	const char *host = request_header(req, MHD_HTTP_HEADER_HOST);
	const char *rest;

	if (!origin || req->method == HTTP_GET)
		return false;
	rest = strstr(origin, "://");
	return !rest || !host || strcasecmp(rest + 3, host) != 0;
}

struct framing {
	unsigned headers; /* that tell where the body ends */
	bool is_odd;
};

static bool is_name(const char *name, size_t len, const char *expected)
{
	return len == strlen(expected) && strncasecmp(name, expected, len) == 0;
}

static enum MHD_Result framing_add(void *cls, enum MHD_ValueKind kind, const char *name,
				   const char *value)
{
	struct framing *framing = cls;
	size_t len = strcspn(name, " \t");
	bool is_coding = is_name(name, len, MHD_HTTP_HEADER_TRANSFER_ENCODING);

	(void)kind;
	if (!is_coding && !is_name(name, len, MHD_HTTP_HEADER_CONTENT_LENGTH))
		return MHD_YES;
	framing->headers++;
	/* A blank behind the name: for some proxies such a header, for libmicrohttpd none. */
	framing->is_odd |= name[len] != '\0';
	framing->is_odd |= is_coding && (!value || strcasecmp(value, "chunked") != 0);
	return MHD_YES;
}

/*
 * Where a proxy sees the end of a body and libmicrohttpd another one, the rest
 * of one client's body is the next client's request.
 */
bool request_is_framed(const struct request *req)
{
	struct framing framing = {.headers = 0};

	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, framing_add, &framing);
	return !framing.is_odd && framing.headers <= 1;
}

static const char *names_of(const char *handler)
{
	for (size_t i = 0; i < COUNT_OF(queries); i++)
		if (strcmp(queries[i].handler, handler) == 0)
			return queries[i].names;
	return "";
}

static bool is_among(const char *names, const char *name, size_t len)
{
	while (*names) {
		size_t n = strcspn(names, " ");

		if (n == len && memcmp(names, name, len) == 0)
			return true;
		names += n + (names[n] == ' ');
	}
	return false;
}

static void refuse_query(struct request *req, const char *names, const char *name, size_t len)
{
	struct nearest nearest = {.word = mem_strndup(req, name, len)};
	char *all = mem_strdup(req, names);
	struct buf *text = buf_new(req);
	const char *candidate;

	while ((candidate = strsep(&all, " ")) != NULL)
		if (*candidate)
			nearest_offer(&nearest, candidate);
	buf_printf(text, "unknown query parameter '%.*s'", len > SHOWN_MAX ? SHOWN_MAX : (int)len,
		   name);
	if (nearest.best)
		buf_printf(text, "; did you mean '%s'?", nearest.best);
	else if (*names)
		buf_printf(text, "; this URL takes %s", names);
	else
		buf_adds(text, "; this URL takes none");
	reply_error(req, -E_QUERY_UNKNOWN, text->data);
}

/* A name that is no plain text is none of ours either, so nothing is decoded. */
bool request_query_is_known(struct request *req)
{
	const char *names, *s = req->query;

	/* The API's handlers; phones and their proxies add what they like. */
	if (!s || !*s || strncmp(req->route->name, "api_", 4) != 0)
		return true;
	names = names_of(req->route->name);
	while (*s) {
		size_t len = strcspn(s, "&");
		size_t name_len = strcspn(s, "=&");

		if (len > 0 && !is_among(names, s, name_len)) {
			refuse_query(req, names, s, name_len);
			return false;
		}
		s += len + (s[len] == '&');
	}
	return true;
}
