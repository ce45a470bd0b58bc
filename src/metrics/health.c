/* SPDX-License-Identifier: MIT */
#include "http/handlers.h"
#include "http/reply.h"

int metrics_health(struct request *req)
{
	reply_static(req, 200, "text/plain", "alive\n", 6);
	return 0;
}
