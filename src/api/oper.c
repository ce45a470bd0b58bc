/* SPDX-License-Identifier: MIT */
#include "store/oper.h"

#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/oper.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"

struct input {
	int64_t mac;
	struct oper_new oper;
	struct api_texts params; /* NAME=VALUE */
	const char *secret_param;
	const struct secret *secret;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MUST, struct input, oper.name),
	API_FIELD("value", TEXT, CLEARS, struct input, oper.value),
	API_FIELD("params", TEXTS, MAY, struct input, params),
	API_FIELD("secret_param", TEXT, MAY, struct input, secret_param),
	API_FIELD("secret", SECRET, MAY, struct input, secret),
	API_FIELD("force", TRUTH, MAY, struct input, oper.force),
};

static int params_take(void *mem, struct input *input, struct diag *reterr)
{
	struct param *params = mem_array(mem, struct param, input->params.count + 2);
	size_t count = 0;

	if (!input->secret_param != !input->secret)
		return diag_set(reterr, -E_FIELD_MISSING,
				"secret_param names the parameter, secret is its value: "
				"give both or neither");
	for (size_t i = 0; i < input->params.count; i++) {
		const char *text = input->params.texts[i];
		const char *equals = strchr(text, '=');

		if (!equals)
			return diag_set(reterr, -E_VALUE, "a parameter is given as NAME=VALUE");
		params[count].name = mem_strndup(mem, text, (size_t)(equals - text));
		params[count++].value = equals + 1;
	}
	if (input->secret) {
		params[count].name = input->secret_param;
		params[count++].secret = input->secret;
	}
	input->oper.params = params;
	input->oper.param_count = count;
	return 0;
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	const char *warning;
	int64_t id;
	int r = fleet_oper_add(change, input->mac, &input->oper, &id, &warning);

	if (r < 0)
		return r;
	return api_answer(req, 201,
			  json_pack("{s:I, s:o}", "id", (json_int_t)id, "warnings",
				    api_texts_json(&warning, warning != NULL)));
}

int api_oper_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r == 0)
		r = params_take(request_mem(req), input, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

struct removal {
	int64_t mac;
	int64_t id;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	int r = fleet_oper_remove(change, removal->mac, removal->id);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_oper_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	if (r == 0)
		r = api_id(req, "an oper", &removal->id, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, remove_op, removal);
}

static json_t *oper_json(const struct oper *oper)
{
	return json_pack("{s:I, s:s, s:s?, s:o, s:o}", "id", (json_int_t)oper->id, "name",
			 oper->name, "value", oper->value, "params",
			 api_params(oper->params, oper->param_count), "created_at",
			 api_time(oper->created_at));
}

int api_oper_list(struct request *req)
{
	void *mem = request_mem(req);
	struct device *device;
	struct oper *opers;
	json_t *rows;
	struct db *db;
	size_t count;
	int r = api_device(req, &db, &device);

	if (r == 0)
		r = oper_list(mem, db, device->mac, &opers, &count);
	if (r < 0)
		return r;
	rows = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(rows, oper_json(&opers[i]));
	return api_answer(req, 200, json_pack("{s:o}", "opers", rows));
}
