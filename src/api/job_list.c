/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/job.h"
#include "http/handlers.h"
#include "http/request.h"
#include "job.h"

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	uint64_t before = 0;
	struct job *jobs;
	size_t count;
	int r;

	if (page->after && !text_to_uint(page->after, INT64_MAX, &before))
		return -E_VALUE;
	r = job_list(mem, db, (int64_t)before, api_page_rows(page), &jobs, &count);
	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		struct job_wave *waves, all;
		size_t wave_count;

		r = job_wave_list(mem, db, jobs[i].id, &waves, &wave_count);
		if (r < 0)
			break;
		job_sum_up(waves, wave_count, &all);
		json_array_append_new(rows, job_json(mem, &jobs[i], &all));
		*ret_last = mem_printf(mem, "%lld", (long long)jobs[i].id);
	}
	return r < 0 ? r : (int)count;
}

int api_job_list(struct request *req)
{
	return api_list(req, "jobs", rows_read);
}

int job_notices(void *mem, struct db *db, json_t *notices)
{
	struct job_counts counts;
	int r = job_count(db, &counts);

	if (r < 0)
		return r;
	if (counts.paused)
		json_array_append_new(
			notices,
			api_text(mem_printf(mem, "%s paused: gigaprovctl job list, job resume",
					    text_count(mem, counts.paused, "job"))));
	if (counts.failed)
		json_array_append_new(
			notices, api_text(mem_printf(mem,
						     "jobs at work have failed for %s: "
						     "gigaprovctl job devices ID --state failed",
						     text_count(mem, counts.failed, "device"))));
	return 0;
}
