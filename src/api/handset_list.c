/* SPDX-License-Identifier: MIT */
/* The handsets of a device, then those that it is to forget or has forgotten lately. */
#include "api/answer.h"
#include "api/query.h"
#include "base/clock.h"
#include "fleet/fleet.h"
#include "fleet/lifecycle.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "store/line.h"
#include "store/sip_server.h"

struct rows {
	struct handset *handsets;
	size_t handset_count;
	struct line *lines;
	size_t line_count;
	struct sip_server *servers;
	size_t server_count;
	struct operation *operations;
	size_t operation_count;
};

static int rows_read(void *mem, struct db *db, int64_t mac, struct rows *rows)
{
	struct device *device;
	int r = device_get(mem, db, mac, &device);

	if (r == 0)
		r = handset_list(mem, db, mac, &rows->handsets, &rows->handset_count);
	if (r == 0)
		r = line_list(mem, db, mac, &rows->lines, &rows->line_count);
	if (r == 0)
		r = sip_server_of_device(mem, db, mac, &rows->servers, &rows->server_count);
	if (r == 0)
		r = operation_list(mem, db, mac, &rows->operations, &rows->operation_count);
	return r;
}

static const char *server_name(const struct rows *rows, int64_t id)
{
	for (size_t i = 0; i < rows->server_count; i++)
		if (rows->servers[i].id == id)
			return rows->servers[i].name;
	return NULL;
}

static json_t *handset_json(const struct rows *rows, const struct handset *handset,
			    const struct line *line)
{
	char key[IPUI_LEN + 1];

	return json_pack("{s:i, s:s?, s:s, s:s?, s:s, s:o, s:s?, s:s?, s:s?, s:s?, s:o, s:s, s:o, "
			 "s:o, s:o}",
			 "slot", handset->slot, "ipui", handset->ipui[0] ? handset->ipui : NULL,
			 "key", handset_key(handset, key), "name", handset->name, "state",
			 handset_state_name(handset_state(handset)), "waits_for",
			 handset->waits_mac ? api_mac_text(handset->waits_mac) : json_null(),
			 "user", line ? line->user_name : NULL, "auth",
			 line ? line->auth_name : NULL, "display", line ? line->display_name : NULL,
			 "sip", line ? server_name(rows, line->sip_server_id) : NULL, "pin",
			 api_mark(handset->pin), "origin", handset->origin, "created_at",
			 api_time(handset->created_at), "added_at", api_time(handset->added_at),
			 "registered_at", api_time(handset->registered_at));
}

static json_t *removal_json(const struct operation *removal, int64_t now)
{
	return json_pack("{s:o, s:s?, s:s?, s:s, s:s, s:o, s:o, s:o}", "slot",
			 removal->slot ? json_integer(removal->slot) : json_null(), "ipui",
			 removal->ipui[0] ? removal->ipui : NULL, "name", removal->name, "state",
			 handset_state_name(removal_state(removal, now)), "mode",
			 operation_mode_name(removal->mode), "removed_at",
			 api_time(removal->created_at), "carried_at", api_time(removal->carried_at),
			 "gone_at", api_time(removal->until_at));
}

/* Handsets and lines are both in the order of slots. */
static json_t *rows_json(const struct rows *rows, int64_t now)
{
	json_t *json = json_array();
	size_t l = 0;

	for (size_t i = 0; i < rows->handset_count; i++) {
		const struct handset *handset = &rows->handsets[i];
		const struct line *line;

		while (l < rows->line_count && rows->lines[l].slot < handset->slot)
			l++;
		line = l < rows->line_count && rows->lines[l].slot == handset->slot
			       ? &rows->lines[l]
			       : NULL;
		json_array_append_new(json, handset_json(rows, handset, line));
	}
	for (size_t i = 0; i < rows->operation_count; i++) {
		const struct operation *operation = &rows->operations[i];

		if (operation->kind == OPERATION_REMOVE_HANDSET &&
		    operation->until_at + GONE_KEPT > (operation->until_at ? now : 0))
			json_array_append_new(json, removal_json(operation, now));
	}
	return json;
}

int api_handset_list(struct request *req)
{
	struct rows rows = {0};
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_snapshot(&db);
	if (r < 0)
		return r;
	r = rows_read(request_mem(req), db, mac, &rows);
	db_snapshot_end(db);
	return r < 0 ? r
		     : api_answer(req, 200,
				  json_pack("{s:o}", "handsets", rows_json(&rows, clock_now())));
}
