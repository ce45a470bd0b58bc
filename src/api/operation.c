/* SPDX-License-Identifier: MIT */
#include "store/operation.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/firmware.h"
#include "fleet/operation.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"
#include "store/device.h"

struct input {
	int64_t mac;
	const char *kind;
	const char *file; /* firmware that lies here, in place of its URL */
	struct operation_new operation;
};

static const struct api_field fields[] = {
	API_FIELD("kind", TEXT, MUST, struct input, kind),
	API_FIELD("start", NUMBER, MUST, struct input, operation.start_at),
	API_FIELD("duration", NUMBER, MAY, struct input, operation.duration),
	API_FIELD("dm", TEXT, CLEARS, struct input, operation.dm),
	API_FIELD("url", TEXT, CLEARS, struct input, operation.url),
	API_FIELD("file", TEXT, CLEARS, struct input, file),
	API_FIELD("password", SECRET, CLEARS, struct input, operation.password),
	API_FIELD("force", TRUTH, MAY, struct input, operation.force),
};

static int file_url(struct change *change, const struct input *input, const char **ret)
{
	char *url = NULL;
	int r;

	if (input->operation.kind != OPERATION_FIRMWARE)
		return diag_set(change->diag, -E_VALUE, "file belongs to firmware");
	if (input->operation.url)
		return diag_set(change->diag, -E_VALUE,
				"file and url are two ways to say one thing");
	r = firmware_link_of(change->mem, change->db, change->config, input->mac, input->file,
			     input->operation.force, &url, change->diag);
	*ret = url;
	return r;
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct operation_new new = input->operation;
	int64_t id;
	int r = input->file ? file_url(change, input, &new.url) : 0;

	if (r == 0)
		r = fleet_operation_add(change, input->mac, &new, &id);

	return r < 0 ? r : api_answer(req, 201, json_pack("{s:I}", "id", (json_int_t)id));
}

int api_operation_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r == 0)
		r = operation_kind_parse(input->kind, &input->operation.kind);
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
	int r = fleet_operation_remove(change, removal->mac, removal->id);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_operation_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	if (r == 0)
		r = api_id(req, "an operation", &removal->id, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, remove_op, removal);
}

static json_t *operation_json(const struct operation *operation, bool is_carried, int64_t now)
{
	bool removal = operation->kind == OPERATION_REMOVE_HANDSET;

	return json_pack("{s:I, s:s, s:s?, s:s?, s:s?, s:o, s:o, s:s?, s:o, s:o, s:o, s:b}", "id",
			 (json_int_t)operation->id, "kind", operation_kind_name(operation->kind),
			 "ipui", removal ? operation->ipui : NULL, "mode",
			 removal ? operation_mode_name(operation->mode) : NULL, "dm", operation->dm,
			 "start", api_time(operation->start_at), "duration",
			 api_time(operation->duration), "url", operation->url, "from",
			 api_time(operation->from_at), "until", api_time(operation->until_at),
			 "carried_at", api_time(operation->carried_at), "written",
			 is_carried && operation_is_written(operation, now));
}

static bool is_carried(const struct device *device, const struct operation *operation)
{
	return operation_is_carried(product_find(device->product), operation->kind);
}

int api_operation_list(struct request *req)
{
	void *mem = request_mem(req);
	struct operation *operations;
	struct device *device;
	json_t *rows;
	struct db *db;
	size_t count;
	int r = api_device(req, &db, &device);

	if (r == 0)
		r = operation_list(mem, db, device->mac, &operations, &count);
	if (r < 0)
		return r;
	rows = json_array();
	for (size_t i = 0; i < count && r >= 0; i++) {
		const char *lost;

		r = firmware_operation_lost(mem, db, &operations[i], &lost);
		if (r >= 0)
			json_array_append_new(
				rows, operation_json(&operations[i],
						     r == 0 && is_carried(device, &operations[i]),
						     clock_now()));
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_answer(req, 200, json_pack("{s:o}", "operations", rows));
}
