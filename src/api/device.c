/* SPDX-License-Identifier: MIT */
/* Changes of devices; showing them is device_show.c and device_list.c. */
#include "device.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/device.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/mac.h"

struct input {
	const char *mac_text;
	int64_t mac;
	struct device_input device;
};

#define HAS(name, type, need, member)                                                              \
	API_FIELD_HAS(name, type, need, struct input, device.member, device.has_##member)
#define FIELDS                                                                                     \
	HAS("group", TEXT, CLEARS, group), HAS("name", TEXT, CLEARS, name),                        \
		HAS("secret", SECRET, CLEARS, secret), HAS("user", TEXT, CLEARS, user),            \
		HAS("password", SECRET, CLEARS, password)

static const struct api_field fields_new[] = {
	API_FIELD("mac", TEXT, MUST, struct input, mac_text),
	HAS("product", TEXT, MUST, product),
	FIELDS,
};

static const struct api_field fields_change[] = {
	HAS("product", TEXT, CLEARS, product),
	FIELDS,
	HAS("locked", TRUTH, MAY, locked),
};

static int device_answer(struct request *req, struct change *change, int64_t mac, int status)
{
	json_t *json;
	int r = device_json(change->mem, change->db, mac, &json);

	return r < 0 ? r : api_answer(req, status, json);
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_device_add(change, input->mac, &input->device);

	return r < 0 ? r : device_answer(req, change, input->mac, 201);
}

int api_device_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_new, COUNT_OF(fields_new), input, &diag);

	if (r == 0)
		r = mac_parse(input->mac_text, &input->mac);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_device_set(change, input->mac, &input->device);

	return r < 0 ? r : device_answer(req, change, input->mac, 200);
}

int api_device_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields_change, COUNT_OF(fields_change), input, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, set_op, input);
}

struct removal {
	int64_t mac;
	bool force;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	int r = fleet_device_remove(change, removal->mac, removal->force);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_device_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	if (r == 0)
		r = api_flag(req, "force", &removal->force, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, remove_op, removal);
}
