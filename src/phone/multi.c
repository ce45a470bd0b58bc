/* SPDX-License-Identifier: MIT */
/*
 * Files of version 1.0 are made of the document of version 1.1, when they are
 * asked for: so what holds for the document (proof, schedules, interlocks, its
 * record) holds for them, and nothing else has to know of them.
 */
#include "phone/multi.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/profile.h"
#include "render/multi.h"

#define PREFIX "/xml/{mac}/"

const char *multi_file(const struct request *req)
{
	const char *path = request_route(req)->path;

	return strncmp(path, PREFIX, strlen(PREFIX)) == 0 ? path + strlen(PREFIX) : NULL;
}

bool multi_is_configuration(const char *file)
{
	return strcmp(file, "configuration.xml") == 0;
}

static bool is_host(const char *host)
{
	if (!host || !*host)
		return false;
	for (const char *s = host; *s; s++)
		if (!isascii((unsigned char)*s) ||
		    (!isalnum((unsigned char)*s) && !strchr(".-_:[]", *s)))
			return false;
	return true;
}

/*
 * By which the phone has come: what it reached us by, it will reach us by again.
 * Behind a proxy public_url tells how that is.
 */
static const char *base_of(struct request *req)
{
	const char *public_url = request_config(req)->provisioning.public_url;
	const char *host = request_header(req, "Host");
	const char *path = request_path(req);
	const char *slash = strrchr(path, '/');
	struct buf *base = buf_new(request_mem(req));
	const char *start = strstr(public_url, "://");

	if (start && !strchr(public_url, '%'))
		buf_add(base, public_url,
			(size_t)(start - public_url) + 3 + strcspn(start + 3, "/"));
	else if (is_host(host))
		buf_printf(base, "%s://%s", request_is_tls(req) ? "https" : "http", host);
	else
		return ""; /* relative URLs */
	buf_add(base, path, (size_t)(slash - path) + 1);
	return base->data;
}

void multi_reply(struct request *req, const struct profile *profile, const char *file)
{
	struct multi in = {.mac = profile->mac, .base = base_of(req)};
	struct buf *buf = NULL;
	int r;

	in.document = prepared_data(profile->reply, &in.len);
	r = multi_render(request_mem(req), &in, file, &buf);
	if (r < 0)
		reply_error(req, r, NULL);
	else
		reply_static(req, 200, "text/xml; charset=utf-8", buf->data, buf->len);
}
