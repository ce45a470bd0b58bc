/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "http/handlers.h"
#include "http/http.h"
#include "http/reply.h"
#include "metrics/metrics.h"

static struct http *_Atomic http; /* set when listeners serve already */

void metrics_setup(struct http *the_http)
{
	http = the_http;
}

int metrics_ready(struct request *req)
{
	if (!http || !http_is_taking(http))
		return -E_STOPPING;
	reply_static(req, 200, "text/plain", "ready\n", 6);
	return 0;
}
