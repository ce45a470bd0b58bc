/* SPDX-License-Identifier: MIT */
#include "store/part.h"

#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/part.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"

struct removal {
	int64_t mac;
	enum part_place place;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	int r = fleet_parts_remove(change, removal->mac, removal->place);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_part_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	const char *place = request_param(req, "place");
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	for (removal->place = 0; removal->place < PART_PLACES; removal->place++)
		if (strcmp(place, part_place_name(removal->place)) == 0)
			break;
	if (r == 0 && removal->place == PART_PLACES)
		r = diag_set(&diag, -E_VALUE, "a place is firmware or custom");
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, remove_op, removal);
}

static json_t *part_json(enum part_place place, const struct part *part)
{
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:o}", "place", part_place_name(place), "depth",
			 part->depth, "name", part->name, "attributes",
			 api_params(part->attributes, part->attribute_count), "text",
			 api_mark(part->text), "created_at", api_time(part->created_at));
}

int api_part_list(struct request *req)
{
	void *mem = request_mem(req);
	struct device *device;
	struct part *parts;
	json_t *rows;
	struct db *db;
	size_t count;
	int r = api_device(req, &db, &device);

	if (r < 0)
		return r;
	rows = json_array();
	for (int place = 0; place < PART_PLACES && r >= 0; place++) {
		r = part_list(mem, db, device->mac, (enum part_place)place, &parts, &count);
		for (size_t i = 0; i < count && r >= 0; i++)
			json_array_append_new(rows, part_json((enum part_place)place, &parts[i]));
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_answer(req, 200, json_pack("{s:o}", "parts", rows));
}
