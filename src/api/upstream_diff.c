/* SPDX-License-Identifier: MIT */
#include "fleet/upstream_diff.h"

#include "api/answer.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"
#include "redirect/url.h"

static json_t *redacted(void *mem, const char *url)
{
	return url ? api_text(url_redact(mem, url)) : json_null();
}

static json_t *row_json(void *mem, const struct upstream_difference *row)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "mac", api_mac_text(row->mac),
			 "what", row->what, "provider_here", api_text(row->provider_here),
			 "url_here", redacted(mem, row->url_here), "provider_there",
			 api_text(row->provider_there), "url_there", redacted(mem, row->url_there),
			 "state", api_text(row->state));
}

static json_t *diff_json(void *mem, const struct upstream_diff *diff)
{
	json_t *rows = json_array();
	int64_t all = diff->only_here + diff->only_there + diff->different;

	for (size_t i = 0; i < diff->count; i++)
		json_array_append_new(rows, row_json(mem, &diff->rows[i]));
	return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "differences", rows, "here",
			 (json_int_t)diff->here, "there", (json_int_t)diff->there, "equal",
			 (json_int_t)diff->equal, "only_here", (json_int_t)diff->only_here,
			 "only_there", (json_int_t)diff->only_there, "different",
			 (json_int_t)diff->different, "cut", all > (int64_t)diff->count);
}

/* On a worker, and over before the request's own deadline. */
int api_upstream_diff(struct request *req)
{
	const struct config *config = request_config(req);
	const char *name = request_param(req, "name");
	const struct config_upstream *upstream = config_upstream_find(config, name);
	int64_t timeout_ms = (int64_t)config->limits.deadline_seconds * 1000 * 9 / 10;
	struct upstream_diff *diff;
	struct diag diag = {0};
	int r;

	if (!upstream)
		return -E_UPSTREAM_UNKNOWN;
	r = upstream_diff_read(request_mem(req), upstream, timeout_ms, &diff, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_answer(req, 200, diff_json(request_mem(req), diff));
}
