/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "base/clock.h"
#include "fleet/made.h"
#include "fleet/scope.h"
#include "fleet/view.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "store/setting.h"
#include "schedule.h"

static json_t *link_json(const char *scope, const struct setting *setting)
{
	return json_pack("{s:s, s:s?, s:o, s:b}", "scope", scope, "value",
			 setting ? setting->value : NULL, "secret",
			 api_mark(setting ? setting->secret : NULL), "wins", 0);
}

/* Farthest first; the nearest that has a value wins. */
static int chain_json(void *mem, struct db *db, int64_t mac, const char *name, json_t **ret,
		      bool *ret_is_set, const char **ret_value)
{
	const char *scopes[DEVICE_SCOPES_MAX];
	struct device *device;
	json_t *winner = NULL;
	size_t count;
	int r = device_get(mem, db, mac, &device);

	if (r < 0)
		return r;
	count = scope_of_device(mem, device, scopes);
	*ret = json_array();
	*ret_value = NULL;
	for (size_t i = 0; i < count; i++) {
		struct setting *setting = NULL;
		json_t *link;

		r = setting_find(mem, db, scopes[i], name, &setting);
		if (r < 0) {
			json_decref(*ret);
			return r;
		}
		link = link_json(scopes[i], setting);
		json_array_append_new(*ret, link);
		if (setting) {
			winner = link;
			*ret_value = setting->value;
		}
	}
	*ret_is_set = winner;
	if (winner)
		json_object_set_new(winner, "wins", json_true());
	return 0;
}

/* What no setting says may be made of the device's lines and other things that it has. */
static int add_made(struct request *req, struct db *db, int64_t mac, const char *name,
		    json_t *chain)
{
	void *mem = request_mem(req);
	struct diag diag = {0};
	struct made made = {0};
	struct view *view;
	int r = view_read(mem, db, request_config(req), mac, clock_now(), &view);

	if (r == 0)
		r = made_find(mem, &view->document, name, &made, &diag);
	if (r > 0)
		json_array_append_new(
			chain,
			json_pack("{s:s, s:o, s:o, s:b}", "scope", made.from, "value",
				  made.is_secret ? json_null() : api_text(made.value), "secret",
				  made.is_secret ? json_string("set") : json_null(), "wins", 1));
	/* A document that cannot be made is no obstacle to telling of settings. */
	return r == -E_DB ? r : 0;
}

int api_setting_why(struct request *req)
{
	const char *name = request_param(req, "name");
	const char *value = NULL;
	bool is_set = false;
	json_t *chain;
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = setting_name_check(name);
	if (r == 0)
		r = fleet_snapshot(&db);
	if (r < 0)
		return r;
	r = chain_json(request_mem(req), db, mac, name, &chain, &is_set, &value);
	db_snapshot_end(db);
	if (r < 0)
		return r;
	r = is_set ? 0 : add_made(req, db, mac, name, chain);
	if (r < 0) {
		json_decref(chain);
		return r;
	}
	return api_answer(
		req, 200,
		json_pack("{s:s, s:o, s:o}", "name", name, "chain", chain, "means",
			  schedule_meaning(request_mem(req), request_config(req), name, value)));
}
