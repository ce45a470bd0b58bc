/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/counter.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/rendition.h"

/* Read off when somebody looks, so that it holds over restarts. */
static void read_counts(void)
{
	struct db *db;
	int64_t held, waiting;
	int r = fleet_reader(&db);

	if (r == 0)
		r = rendition_held_count(db, &held);
	if (r == 0)
		r = rendition_waiting_count(db, &waiting);
	if (r < 0)
		return;
	counter_set(M_HELD, held);
	counter_set(M_WAITING, waiting);
}

int metrics_show(struct request *req)
{
	struct buf *buf = buf_new(request_mem(req));

	read_counts();
	counter_write(buf);
	reply_static(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf->data, buf->len);
	return 0;
}
