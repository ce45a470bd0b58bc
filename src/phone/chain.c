/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "redirect/chain.h"

/* Of which the paths of such phones are made: 42/2, 70/222. */
static bool is_number(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= 3 && strspn(s, "0123456789") == len;
}

static bool is_device_path(const struct request *req)
{
	const char *dvid = request_param(req, "dvid");
	const char *part = request_param(req, "part");

	return !dvid || (is_number(dvid) && is_number(part));
}

int phone_chain(struct request *req)
{
	const struct config_redirect *config = &request_config(req)->redirect;
	const char *file = request_param(req, "file");
	struct buf *out = buf_new(request_mem(req));

	if (!*config->chain_code || !is_device_path(req))
		return -E_NO_ROUTE;
	if (!file)
		chain_master(out);
	else if (!chain_node(out, file, config->chain_code, config->chain_url))
		return -E_NO_ROUTE;
	reply_static(req, 200, "application/octet-stream", out->data, out->len);
	return 0;
}
