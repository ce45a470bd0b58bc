/* SPDX-License-Identifier: MIT */
#include "fleet/upstream.h"

#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/mac.h"
#include "store/outbox.h"
#include "store/upstream_state.h"

/* Rows that a status names; of more it tells the number. */
enum { SHOWN_MAX = 100 };

static const char *state_of(const struct config_upstream *upstream,
			    const struct upstream_health *health)
{
	if (!upstream)
		return "removed";
	if (health->denied)
		return "denied";
	return health->failures > 0 ? "failing" : "ok";
}

static int count_add(json_t *json, struct db *db, const char *name, const char *state)
{
	int64_t count;
	int r = upstream_state_count(db, name, state, &count);

	if (r == 0)
		json_object_set_new(json, state, json_integer(count));
	return r;
}

/* `upstream` is NULL when its section has gone. */
static int upstream_json(struct db *db, const char *name, const struct config_upstream *upstream,
			 int64_t waiting, json_t **ret)
{
	struct upstream_health health;
	json_t *json;
	int r;

	fleet_upstream_link()->health(name, &health);
	json = json_pack(
		"{s:s, s:s, s:o, s:o, s:I}", "name", name, "state", state_of(upstream, &health),
		"url", api_text(upstream ? upstream->url : NULL), "user",
		api_text(upstream ? upstream->user : NULL), "waiting", (json_int_t)waiting);
	r = count_add(json, db, name, "registered");
	if (r == 0)
		r = count_add(json, db, name, "confirmed");
	if (r == 0)
		r = count_add(json, db, name, "refused");
	if (r < 0) {
		json_decref(json);
		return r;
	}
	json_object_set_new(json, "failures", json_integer(health.failures));
	json_object_set_new(json, "error", api_text(health.failures ? health.words : NULL));
	json_object_set_new(json, "succeeded_at", api_time(health.succeeded_at));
	json_object_set_new(json, "failed_at", api_time(health.failed_at));
	json_object_set_new(json, "next_at", api_time(health.next_at));
	*ret = json;
	return 0;
}

static int64_t waiting_of(const struct outbox_waiting *waiting, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(waiting[i].upstream, name) == 0)
			return waiting[i].rows;
	return 0;
}

static int rows_json(struct db *db, const struct config *config,
		     const struct outbox_waiting *waiting, size_t count, json_t *rows)
{
	json_t *row;
	int r = 0;

	for (size_t i = 0; i < config->upstream_count && r == 0; i++) {
		const struct config_upstream *upstream = &config->upstreams[i];

		r = upstream_json(db, upstream->name, upstream,
				  waiting_of(waiting, count, upstream->name), &row);
		if (r == 0)
			json_array_append_new(rows, row);
	}
	for (size_t i = 0; i < count && r == 0; i++) {
		if (config_upstream_find(config, waiting[i].upstream))
			continue;
		r = upstream_json(db, waiting[i].upstream, NULL, waiting[i].rows, &row);
		if (r == 0)
			json_array_append_new(rows, row);
	}
	return r;
}

int api_upstream_list(struct request *req)
{
	struct outbox_waiting *waiting;
	json_t *rows;
	struct db *db;
	size_t count;
	int r = fleet_reader(&db);

	if (r == 0)
		r = outbox_waiting(request_mem(req), db, &waiting, &count);
	if (r < 0)
		return r;
	rows = json_array();
	r = rows_json(db, request_config(req), waiting, count, rows);
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_answer(req, 200, json_pack("{s:o}", "upstreams", rows));
}

static json_t *waiting_json(const struct outbox *row)
{
	return json_pack("{s:o, s:s, s:I, s:o, s:b, s:o, s:o}", "mac", api_mac_text(row->mac),
			 "action", row->action, "attempts", (json_int_t)row->attempts, "next_at",
			 api_time(row->next_at), "unsure", row->unsure, "error",
			 api_text(row->error), "created_at", api_time(row->created_at));
}

static int first_waiting(void *mem, struct db *db, const char *name, json_t *json)
{
	json_t *rows = json_array();
	struct outbox *waiting;
	size_t count;
	int r = outbox_list(mem, db, name, SHOWN_MAX, &waiting, &count);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, waiting_json(&waiting[i]));
	json_object_set_new(json, "first_waiting", rows);
	return r;
}

static int first_in_state(void *mem, struct db *db, const char *name, const char *state,
			  json_t *json)
{
	json_t *rows = json_array();
	struct upstream_state *states;
	size_t count;
	int r = upstream_state_list(mem, db, name, state, -1, SHOWN_MAX, &states, &count);

	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, json_pack("{s:o, s:o, s:o}", "mac",
						      api_mac_text(states[i].mac), "answer",
						      api_text(states[i].answer), "at",
						      api_time(states[i].at)));
	json_object_set_new(json, mem_printf(mem, "first_%s", state), rows);
	return r;
}

int api_upstream_show(struct request *req)
{
	const char *name = request_param(req, "name");
	const struct config_upstream *upstream = config_upstream_find(request_config(req), name);
	void *mem = request_mem(req);
	struct outbox_waiting *waiting;
	json_t *json = NULL;
	int64_t rows;
	struct db *db;
	size_t count;
	int r = fleet_reader(&db);

	if (r == 0)
		r = outbox_waiting(mem, db, &waiting, &count);
	if (r < 0)
		return r;
	rows = waiting_of(waiting, count, name);
	if (!upstream && rows == 0)
		return -E_UPSTREAM_UNKNOWN;
	r = upstream_json(db, name, upstream, rows, &json);
	if (r == 0)
		r = first_waiting(mem, db, name, json);
	if (r == 0)
		r = first_in_state(mem, db, name, "refused", json);
	if (r == 0)
		r = first_in_state(mem, db, name, "confirmed", json);
	if (r < 0) {
		json_decref(json);
		return r;
	}
	return api_answer(req, 200, json);
}

struct input {
	const char *mac_text;
	int64_t mac; /* -1: all */
};

static const struct api_field fields[] = {
	API_FIELD("mac", TEXT, MAY, struct input, mac_text),
};

static int retry_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int64_t rows;
	bool more;
	int r = fleet_upstream_retry(change, request_param(req, "name"), input->mac, &rows, &more);

	if (r < 0)
		return r;
	return api_answer(req, 200,
			  json_pack("{s:I, s:b}", "rows", (json_int_t)rows, "more", more));
}

int api_upstream_retry(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	input->mac = -1;
	if (r == 0 && input->mac_text)
		r = mac_parse(input->mac_text, &input->mac);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, retry_op, input);
}
