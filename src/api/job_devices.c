/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "base/clock.h"
#include "fleet/job.h"
#include "http/handlers.h"
#include "http/request.h"
#include "job.h"
#include "store/mac.h"

static json_t *device_json(void *mem, struct db *db, const struct config *config,
			   const struct job *job, const struct job_device *row)
{
	return json_pack("{s:o, s:s, s:s?, s:I, s:o, s:o, s:I, s:o, s:o, s:o}", "mac",
			 api_mac_text(row->mac), "state", job_device_state_name(row->state),
			 "reason", job_reason(mem, db, config, job, row, clock_now()), "wave",
			 (json_int_t)row->wave, "due_at", api_time(row->due_at), "close_at",
			 api_time(row->close_at), "attempts", (json_int_t)row->attempts,
			 "offered_at", api_time(row->offered_at), "fetched_at",
			 api_time(row->fetched_at), "ended_at", api_time(row->ended_at));
}

int job_state(struct request *req, const char *name, int *ret, struct diag *reterr)
{
	const char *text = request_query(req, name);
	enum job_device_state state;

	*ret = -1;
	if (!text || strcmp(text, "all") == 0)
		return 0;
	if (job_device_state_parse(text, &state) < 0)
		return diag_set(reterr, -E_VALUE,
				"a device of a job is waiting, offered, confirmed, failed or gone");
	*ret = (int)state;
	return 0;
}

json_t *job_devices_json(struct request *req, struct db *db, const struct job *job,
			 const struct job_device *rows, size_t count)
{
	json_t *json = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(json, device_json(request_mem(req), db, request_config(req),
							job, &rows[i]));
	return json;
}

int api_job_devices(struct request *req)
{
	void *mem = request_mem(req);
	char last[MAC_LEN + 1] = "";
	struct diag diag = {0};
	struct job_device *rows;
	struct api_page page;
	int64_t after = -1;
	struct job *job;
	struct db *db;
	size_t count, shown;
	int64_t id;
	int state;
	int r = api_id(req, "a job", &id, &diag);

	if (r == 0)
		r = api_page(req, &page, &diag);
	if (r == 0 && page.after)
		r = mac_parse(page.after, &after);
	if (r == 0)
		r = job_state(req, "state", &state, &diag);
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = job_get(mem, db, id, &job);
	if (r == 0)
		r = job_device_list(mem, db, id, state, after, api_page_rows(&page), &rows, &count);
	if (r < 0)
		return api_refuse(req, r, &diag);
	shown = api_page_cut(&page, count);
	if (shown)
		mac_format(rows[shown - 1].mac, last);
	return api_page_answer(req, &page, "devices", job_devices_json(req, db, job, rows, shown),
			       count, last);
}
