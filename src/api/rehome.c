/* SPDX-License-Identifier: MIT */
#include "fleet/rehome.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/write.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"

struct input {
	const char *from;
	const char *to;
	bool dry_run;
	struct rehome found;
};

static const struct api_field fields[] = {
	API_FIELD("old", TEXT, MUST, struct input, from),
	API_FIELD("new", TEXT, MUST, struct input, to),
	API_FIELD("dry_run", TRUTH, MAY, struct input, dry_run),
};

static int answer(struct request *req, const struct input *input)
{
	const struct rehome *found = &input->found;
	json_t *samples = json_array();

	for (size_t i = 0; i < found->sample_count; i++)
		json_array_append_new(
			samples, json_pack("{s:s, s:o, s:o}", "object", found->samples[i].object,
					   "before", api_text(found->samples[i].before), "after",
					   api_text(found->samples[i].after)));
	return api_answer(
		req, 200,
		json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o}", "dry_run", input->dry_run,
			  "registrations", (json_int_t)found->registrations, "settings",
			  (json_int_t)found->settings, "providers", (json_int_t)found->providers,
			  "activations", (json_int_t)found->activations, "told_to_upstreams",
			  (json_int_t)found->told, "samples", samples));
}

static int rehome_op(struct request *req, struct change *change, void *arg)
{
	struct input *input = arg;
	int r = fleet_rehome(change, input->from, input->to, &input->found);

	return r < 0 ? r : answer(req, input);
}

static int look(struct request *req, struct input *input, struct diag *reterr)
{
	struct db *db;
	int r = fleet_snapshot(&db);

	if (r < 0)
		return r;
	r = rehome_find(request_mem(req), db, request_config(req), input->from, input->to,
			&input->found, reterr);
	db_snapshot_end(db);
	return r;
}

/* What is wrong is found on a reader: the writer is only given what is known to be good. */
int api_rehome(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r >= 0)
		r = look(req, input, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return input->dry_run ? answer(req, input) : api_write(req, rehome_op, input);
}
