/* SPDX-License-Identifier: MIT */
#include "fleet/job.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"
#include "job.h"

struct input {
	struct job_new job;
	struct api_texts macs, canaries;
};

static const struct api_field fields[] = {
	API_FIELD("kind", TEXT, MUST, struct input, job.kind),
	API_FIELD("rollout", TEXT, CLEARS, struct input, job.rollout),
	API_FIELD("provider", TEXT, CLEARS, struct input, job.provider),
	API_FIELD("group", TEXT, CLEARS, struct input, job.group),
	API_FIELD("product", TEXT, CLEARS, struct input, job.product),
	API_FIELD("firmware", TEXT, CLEARS, struct input, job.firmware),
	API_FIELD("firmware_below", TEXT, CLEARS, struct input, job.firmware_below),
	API_FIELD("macs", TEXTS, MAY, struct input, macs),
	API_FIELD("all", TRUTH, MAY, struct input, job.everything),
	API_FIELD("schedule", TEXT, CLEARS, struct input, job.schedule),
	API_FIELD("now", TRUTH, MAY, struct input, job.now),
	API_FIELD("canaries", TEXTS, MAY, struct input, canaries),
	API_FIELD("waves", TEXT, CLEARS, struct input, job.waves),
	API_FIELD("stop_after", TEXT, CLEARS, struct input, job.stop_after),
	API_FIELD("pause_after", TEXT, CLEARS, struct input, job.pause_after),
	API_FIELD("minimum", NUMBER, MAY, struct input, job.minimum),
	API_FIELD("soak", NUMBER, MAY, struct input, job.soak),
	API_FIELD("advance", NUMBER, MAY, struct input, job.advance),
	API_FIELD("max_concurrent", NUMBER, MAY, struct input, job.max_concurrent),
	API_FIELD("per_minute", NUMBER, MAY, struct input, job.per_minute),
	API_FIELD("tries", NUMBER, MAY, struct input, job.tries),
	API_FIELD("windows", NUMBER, MAY, struct input, job.windows),
	API_FIELD("version", TEXT, CLEARS, struct input, job.version),
	API_FIELD("downgrade", TRUTH, MAY, struct input, job.downgrade),
	API_FIELD("dm", TEXT, CLEARS, struct input, job.dm),
	API_FIELD("duration", NUMBER, MAY, struct input, job.duration),
	API_FIELD("password", SECRET, CLEARS, struct input, job.password),
};

static int start_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	const struct job_wave nobody_yet = {0};
	struct job *job;
	int64_t id;
	int r = fleet_job_start(change, &input->job, &id);

	if (r == 0)
		r = job_get(change->mem, change->db, id, &job);
	if (r < 0)
		return r;
	return api_answer(req, 201, job_json(change->mem, job, &nobody_yet));
}

int api_job_start(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct job_new *job = &input->job;
	struct diag diag = {0};
	int r;

	job->minimum = job->soak = job->advance = job->max_concurrent = -1;
	job->per_minute = job->tries = job->windows = -1;
	r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	job->macs = input->macs.texts;
	job->mac_count = input->macs.count;
	job->canaries = input->canaries.texts;
	job->canary_count = input->canaries.count;
	return api_write(req, start_op, input);
}

struct order {
	int64_t id;
	int (*command)(struct change *change, int64_t id);
};

static int order_op(struct request *req, struct change *change, void *arg)
{
	const struct order *order = arg;
	int r = order->command(change, order->id);

	return r < 0 ? r : api_answer_nothing(req);
}

static int order(struct request *req, int (*command)(struct change *change, int64_t id))
{
	struct order *order = mem_new(request_mem(req), struct order);
	struct diag diag = {0};
	int r = api_id(req, "a job", &order->id, &diag);

	order->command = command;
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, order_op, order);
}

int api_job_pause(struct request *req)
{
	return order(req, fleet_job_pause);
}

int api_job_resume(struct request *req)
{
	return order(req, fleet_job_resume);
}

int api_job_stop(struct request *req)
{
	return order(req, fleet_job_stop);
}
