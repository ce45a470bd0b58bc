/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "redirect/chain.h"

int phone_chain(struct request *req)
{
	struct buf *out = buf_new(request_mem(req));
	int r = chain_file(out, &request_config(req)->redirect, request_param(req, "dvid"),
			   request_param(req, "part"), request_param(req, "file"));

	if (r == 0)
		reply_static(req, 200, "application/octet-stream", out->data, out->len);
	return r;
}
