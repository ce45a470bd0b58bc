/* SPDX-License-Identifier: MIT */
#include "store/handset.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/handset.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "store/line.h"
#include "store/sip_server.h"

struct input {
	int64_t mac;
	int64_t slot;
	bool has_slot;
	struct handset_new handset;
};

static const struct api_field fields[] = {
	API_FIELD("ipui", TEXT, CLEARS, struct input, handset.ipui),
	API_FIELD_HAS("slot", NUMBER, MAY, struct input, slot, has_slot),
	API_FIELD("name", TEXT, CLEARS, struct input, handset.name),
	API_FIELD("user", TEXT, CLEARS, struct input, handset.user),
	API_FIELD("auth", TEXT, CLEARS, struct input, handset.auth),
	API_FIELD("password", SECRET, CLEARS, struct input, handset.password),
	API_FIELD("pin", SECRET, CLEARS, struct input, handset.pin),
	API_FIELD("sip", TEXT, CLEARS, struct input, handset.sip),
	API_FIELD("display", TEXT, CLEARS, struct input, handset.display),
	API_FIELD("force", TRUTH, MAY, struct input, handset.force),
};

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct handset *handset;
	char key[IPUI_LEN + 1];
	int r = fleet_handset_add(change, input->mac, &input->handset, &handset);

	if (r < 0)
		return r;
	return api_answer(req, 201,
			  json_pack("{s:o, s:s?, s:i, s:s}", "mac", api_mac_text(handset->mac),
				    "ipui", handset->ipui[0] ? handset->ipui : NULL, "slot",
				    handset->slot, "key", handset_key(handset, key)));
}

static int slot_read(int64_t slot, int *ret, struct diag *reterr)
{
	if (slot < 1 || slot > HANDSET_SLOT_MAX)
		return diag_set(reterr, -E_VALUE, "slot: 1 to %d", HANDSET_SLOT_MAX);
	*ret = (int)slot;
	return 0;
}

int api_handset_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r == 0 && input->has_slot)
		r = slot_read(input->slot, &input->handset.slot, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

struct removal {
	int64_t mac;
	enum operation_mode mode;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	int r = fleet_handset_remove(change, removal->mac, request_param(req, "ipui"),
				     removal->mode);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_handset_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	const char *mode = request_query(req, "mode");
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	removal->mode = OPERATION_DELETE;
	if (r == 0 && mode && operation_mode_parse(mode, &removal->mode) < 0)
		r = diag_set(&diag, -E_VALUE, "mode is delete or deregister");
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, remove_op, removal);
}

static const char *server_name(const struct sip_server *servers, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (servers[i].id == id)
			return servers[i].name;
	return NULL;
}

/* Handsets and lines are both in the order of slots. */
static int list_json(void *mem, struct db *db, int64_t mac, json_t **ret)
{
	struct sip_server *servers;
	struct handset *handsets;
	struct device *device;
	struct line *lines;
	size_t count, line_count, server_count, l = 0;
	int r = device_get(mem, db, mac, &device);

	if (r == 0)
		r = handset_list(mem, db, mac, &handsets, &count);
	if (r == 0)
		r = line_list(mem, db, mac, &lines, &line_count);
	if (r == 0)
		r = sip_server_of_device(mem, db, mac, &servers, &server_count);
	if (r < 0)
		return r;
	*ret = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct handset *handset = &handsets[i];
		const struct line *line;

		while (l < line_count && lines[l].slot < handset->slot)
			l++;
		line = l < line_count && lines[l].slot == handset->slot ? &lines[l] : NULL;
		json_array_append_new(
			*ret,
			json_pack("{s:i, s:s?, s:s?, s:s?, s:s?, s:o, s:s, s:o}", "slot",
				  handset->slot, "ipui", handset->ipui[0] ? handset->ipui : NULL,
				  "name", handset->name, "user", line ? line->user_name : NULL,
				  "sip",
				  line ? server_name(servers, server_count, line->sip_server_id)
				       : NULL,
				  "pin", api_mark(handset->pin), "origin", handset->origin,
				  "created_at", api_time(handset->created_at)));
	}
	return 0;
}

int api_handset_list(struct request *req)
{
	json_t *rows;
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = db_snapshot_begin(db);
	if (r < 0)
		return r;
	r = list_json(request_mem(req), db, mac, &rows);
	db_snapshot_end(db);
	return r < 0 ? r : api_answer(req, 200, json_pack("{s:o}", "handsets", rows));
}
