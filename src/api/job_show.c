/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "api/answer.h"
#include "api/query.h"
#include "base/buf.h"
#include "base/mem.h"
#include "fleet/job.h"
#include "http/handlers.h"
#include "http/request.h"
#include "job.h"

static const char *state_of(const struct job *job)
{
	return job->paused_at ? "paused" : job_phase_name(job->phase);
}

static const char *schedule_of(const struct job *job)
{
	if (job->now)
		return "now";
	return job->schedule ? job->schedule : "each device's own";
}

static void add(struct buf *buf, const char *name, const char *value)
{
	if (value)
		buf_printf(buf, "%s%s %s", buf->len ? ", " : "", name, value);
}

static const char *devices_of(void *mem, const struct job *job)
{
	struct buf *buf = buf_new(mem);

	if (job->listed)
		return "a list";
	add(buf, "provider", job->provider);
	add(buf, "group", job->group);
	add(buf, "product", job->product);
	add(buf, "firmware", job->firmware);
	add(buf, "firmware below", job->firmware_below);
	return buf->len ? buf->data : "all";
}

static const char *threshold(void *mem, int64_t percent, int64_t count)
{
	if (percent)
		return mem_printf(mem, "%lld%%", (long long)percent);
	return count ? mem_printf(mem, "%lld", (long long)count) : NULL;
}

void job_sum_up(const struct job_wave *waves, size_t count, struct job_wave *ret)
{
	*ret = (struct job_wave){0};
	for (size_t i = 0; i < count; i++) {
		ret->devices += waves[i].devices;
		ret->offered += waves[i].offered;
		ret->confirmed += waves[i].confirmed;
		ret->failed += waves[i].failed;
		ret->gone += waves[i].gone;
	}
}

static int64_t waiting(const struct job_wave *wave)
{
	return wave->devices - wave->offered - wave->confirmed - wave->failed - wave->gone;
}

json_t *job_json(void *mem, const struct job *job, const struct job_wave *all)
{
	return json_pack("{s:I, s:s, s:s, s:s?, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
			 "id", (json_int_t)job->id, "kind", job->kind, "state", state_of(job),
			 "reason", job->reason, "for", devices_of(mem, job), "schedule",
			 schedule_of(job), "devices", (json_int_t)all->devices, "waiting",
			 (json_int_t)waiting(all), "offered", (json_int_t)all->offered, "confirmed",
			 (json_int_t)all->confirmed, "failed", (json_int_t)all->failed, "gone",
			 (json_int_t)all->gone, "created_at", api_time(job->created_at), "ended_at",
			 api_time(job->ended_at));
}

static json_t *wave_json(const struct job *job, const struct job_wave *wave)
{
	char name[24] = "canary";

	if (wave->percent)
		snprintf(name, sizeof(name), "%lld%%", (long long)wave->percent);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "wave", name, "state",
			 wave->wave > job->wave ? "closed" : "open", "devices",
			 (json_int_t)wave->devices, "waiting", (json_int_t)waiting(wave), "offered",
			 (json_int_t)wave->offered, "confirmed", (json_int_t)wave->confirmed,
			 "failed", (json_int_t)wave->failed, "opened_at",
			 api_time(wave->opened_at));
}

static json_t *full_json(void *mem, const struct job *job, const struct job_wave *waves,
			 size_t count)
{
	struct job_wave all;
	json_t *json, *rows = json_array();

	job_sum_up(waves, count, &all);
	json = job_json(mem, job, &all);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, wave_json(job, &waves[i]));
	json_object_update_new(
		json,
		json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?, s:s?, "
			  "s:o, s:o, s:o}",
			  "actor", job->actor, "rollout", job->rollout, "stop_after",
			  threshold(mem, job->stop_percent, job->stop_count), "pause_after",
			  threshold(mem, job->pause_percent, job->pause_count), "minimum",
			  (json_int_t)job->minimum, "soak", (json_int_t)job->soak, "advance",
			  (json_int_t)job->advance, "max_concurrent",
			  (json_int_t)job->max_concurrent, "per_minute",
			  (json_int_t)job->per_minute, "tries", (json_int_t)job->tries, "windows",
			  (json_int_t)job->windows, "version", job->version, "dm", job->dm,
			  "password", api_mark(job->password), "next_wave_at",
			  api_time(job->next_wave_at), "waves", rows));
	return json;
}

int api_job_show(struct request *req)
{
	void *mem = request_mem(req);
	struct diag diag = {0};
	struct job_device *rows;
	struct job_wave *waves;
	size_t count, row_count;
	struct job *job;
	struct db *db;
	json_t *json;
	int64_t id;
	int state;
	int r = api_id(req, "a job", &id, &diag);

	if (r == 0)
		r = job_state(req, "devices", &state, &diag);
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = job_get(mem, db, id, &job);
	if (r == 0)
		r = job_wave_list(mem, db, id, &waves, &count);
	if (r < 0)
		return api_refuse(req, r, &diag);
	json = full_json(mem, job, waves, count);
	if (!request_query(req, "devices"))
		return api_answer(req, 200, json);
	r = job_device_list(mem, db, id, state, -1, API_LIMIT, &rows, &row_count);
	if (r == 0)
		json_object_set_new(json, "devices",
				    job_devices_json(req, db, job, rows, row_count));
	return api_answer(req, 200, json);
}
