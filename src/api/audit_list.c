/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/audit.h"

/* What was kept as JSON goes out as JSON. */
static json_t *embedded(const char *text)
{
	json_t *json = text ? json_loads(text, JSON_DECODE_ANY, NULL) : json_null();

	return json ? json : api_text(text);
}

static json_t *audit_json(const struct audit *audit)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
			 (json_int_t)audit->id, "at", api_time(audit->at), "actor",
			 api_text(audit->who.actor), "address", api_text(audit->who.address),
			 "request", api_text(audit->who.request), "action", api_text(audit->action),
			 "object", api_text(audit->object), "before", embedded(audit->before),
			 "after", embedded(audit->after));
}

static json_t *answer_json(const struct audit *rows, size_t count, size_t shown)
{
	json_t *answer = json_object();
	json_t *array = json_array();

	for (size_t i = 0; i < shown; i++)
		json_array_append_new(array, audit_json(&rows[i]));
	json_object_set_new(answer, "audit", array);
	if (count > shown)
		json_object_set_new(answer, "next", json_integer(rows[shown - 1].id));
	return answer;
}

int api_audit_list(struct request *req)
{
	const char *before_text = request_query(req, "before");
	struct diag diag = {0};
	struct api_page page;
	struct audit *rows;
	struct db *db;
	uint64_t before = 0;
	size_t count;
	int r = api_page(req, &page, &diag);

	if (r == 0 && before_text && !text_to_uint(before_text, INT64_MAX, &before))
		r = diag_set(&diag, -E_VALUE, "before is the id of an audit row");
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = audit_list(request_mem(req), db, request_query(req, "object"), (int64_t)before,
			       api_page_rows(&page), &rows, &count);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_answer(req, 200, answer_json(rows, count, api_page_cut(&page, count)));
}
