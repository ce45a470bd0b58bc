/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/counter.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"

int metrics_show(struct request *req)
{
	struct buf *buf = buf_new(request_mem(req));

	counter_write(buf);
	reply_static(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf->data, buf->len);
	return 0;
}
