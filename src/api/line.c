/* SPDX-License-Identifier: MIT */
#include "store/line.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/line.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/sip_server.h"

struct input {
	int64_t mac;
	int64_t slot;
	struct line_input line;
};

#define HAS(name, type, need, member)                                                              \
	API_FIELD_HAS(name, type, need, struct input, line.member, line.has_##member)
#define FIELDS                                                                                     \
	HAS("auth", TEXT, CLEARS, auth), HAS("password", SECRET, CLEARS, password),                \
		HAS("display", TEXT, CLEARS, display)

static const struct api_field fields_new[] = {
	API_FIELD("slot", NUMBER, MAY, struct input, slot),
	HAS("user", TEXT, MUST, user),
	HAS("sip", TEXT, MUST, sip),
	FIELDS,
};

static const struct api_field fields_change[] = {
	HAS("user", TEXT, MAY, user),
	HAS("sip", TEXT, MAY, sip),
	FIELDS,
};

static int slot_of(const struct request *req, int64_t *ret)
{
	uint64_t slot;

	if (!text_to_uint(request_param(req, "slot"), INT32_MAX, &slot) || slot == 0)
		return -E_LINE_UNKNOWN;
	*ret = (int64_t)slot;
	return 0;
}

static json_t *added(const struct line *line)
{
	return json_pack("{s:o, s:i, s:s}", "mac", api_mac_text(line->mac), "slot", line->slot,
			 "user", line->user_name);
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct line *line;
	int r = fleet_line_add(change, input->mac, input->slot, &input->line, &line);

	return r < 0 ? r : api_answer(req, 201, added(line));
}

int api_line_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields_new, COUNT_OF(fields_new), input, &diag);
	if (r == 0 && (input->slot < 0 || input->slot > INT32_MAX))
		r = diag_set(&diag, -E_VALUE, "a slot is a number from 1 on");
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct line *line;
	int r = fleet_line_set(change, input->mac, input->slot, &input->line, &line);

	return r < 0 ? r : api_answer(req, 200, added(line));
}

int api_line_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = slot_of(req, &input->slot);
	if (r == 0)
		r = api_input(req, fields_change, COUNT_OF(fields_change), input, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, set_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_line_remove(change, input->mac, input->slot);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_line_remove(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = slot_of(req, &input->slot);
	return r < 0 ? r : api_write(req, remove_op, input);
}

static const char *server_name(const struct sip_server *servers, size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++)
		if (servers[i].id == id)
			return servers[i].name;
	return NULL;
}

/* Lines and handsets are both in the order of slots. */
static int list_json(void *mem, struct db *db, int64_t mac, json_t **ret)
{
	struct sip_server *servers;
	struct handset *handsets;
	struct device *device;
	struct line *lines;
	size_t count, line_count, server_count, h = 0;
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
	for (size_t i = 0; i < line_count; i++) {
		const struct line *line = &lines[i];
		const char *ipui = NULL;

		while (h < count && handsets[h].slot < line->slot)
			h++;
		if (h < count && handsets[h].slot == line->slot && *handsets[h].ipui)
			ipui = handsets[h].ipui;
		json_array_append_new(
			*ret, json_pack("{s:i, s:s?, s:s, s:s, s:o, s:s, s:s?}", "slot", line->slot,
					"ipui", ipui, "user", line->user_name, "auth",
					line->auth_name, "password", api_mark(line->auth_password),
					"display", line->display_name, "sip",
					server_name(servers, server_count, line->sip_server_id)));
	}
	return 0;
}

int api_line_list(struct request *req)
{
	json_t *rows;
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_snapshot(&db);
	if (r < 0)
		return r;
	r = list_json(request_mem(req), db, mac, &rows);
	db_snapshot_end(db);
	return r < 0 ? r : api_answer(req, 200, json_pack("{s:o}", "lines", rows));
}
