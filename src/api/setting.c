/* SPDX-License-Identifier: MIT */
#include "store/setting.h"

#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/hint.h"
#include "fleet/scope.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/device.h"
#include "store/group.h"
#include "store/handset.h"

struct input {
	const char *value;
	const struct secret *secret;
};

static const struct api_field fields[] = {
	API_FIELD("value", TEXT, MAY, struct input, value),
	API_FIELD("secret", SECRET, MAY, struct input, secret),
};

static json_t *setting_json(const struct setting *setting)
{
	return json_pack("{s:s, s:s?, s:o, s:o}", "name", setting->name, "value", setting->value,
			 "secret", api_mark(setting->secret), "updated_at",
			 api_time(setting->updated_at));
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct setting_new new = {request_param(req, "scope"), request_param(req, "name"),
				  input->value, input->secret};
	struct setting *setting;
	struct hints hints;
	struct scope scope;
	json_t *json;
	int r = fleet_setting_set(change, &new);

	if (r >= 0)
		r = hint_setting(change->mem, change->db, &new, &hints);
	if (r >= 0)
		r = scope_parse(change->mem, new.scope, &scope);
	if (r >= 0)
		r = setting_find(change->mem, change->db, scope.text, new.name, &setting);
	if (r <= 0)
		return r < 0 ? r : -E_INTERNAL;
	json = setting_json(setting);
	json_object_set_new(json, "warnings", api_texts_json(hints.texts, hints.count));
	return api_answer(req, 200, json);
}

int api_setting_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r == 0 && !input->value == !input->secret)
		r = diag_set(&diag, -E_FIELD_MISSING, "give either a value or a secret");
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, set_op, input);
}

static int unset_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_setting_unset(change, request_param(req, "scope"),
				    request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_setting_unset(struct request *req)
{
	return api_write(req, unset_op, NULL);
}

/* A scope that nothing is in tells nothing about a typing mistake in its name. */
static int scope_check(void *mem, struct db *db, const struct scope *scope, struct diag *reterr)
{
	struct handset *handset;
	struct device *device;
	struct group *group;
	int64_t mac;
	int r = 1, unknown = 0;

	switch (scope->kind) {
	case SCOPE_FLEET:
	case SCOPE_PRODUCT:
		break;
	case SCOPE_GROUP:
		r = group_find(mem, db, scope->key, &group);
		unknown = -E_GROUP_UNKNOWN;
		break;
	case SCOPE_DEVICE:
		r = mac_parse(scope->key, &mac);
		if (r == 0)
			r = device_find(mem, db, mac, &device);
		unknown = -E_MAC_UNKNOWN;
		break;
	case SCOPE_HANDSET:
		r = handset_find(mem, db, scope->key, &handset);
		unknown = -E_IPUI_UNKNOWN;
		break;
	}
	if (r == 0)
		return diag_set(reterr, unknown, "there is no %s", scope->text);
	return r < 0 ? r : 0;
}

/* The settings of a scope behind page->after, as many as a page and one more. */
static int list_json(struct request *req, const struct api_page *page, const struct setting *all,
		     size_t all_count)
{
	json_t *rows = json_array();
	const char *last = NULL;
	size_t count = 0;

	for (size_t i = 0; i < all_count && count <= page->limit; i++) {
		if (page->after && strcmp(all[i].name, page->after) <= 0)
			continue;
		if (++count > page->limit)
			break;
		json_array_append_new(rows, setting_json(&all[i]));
		last = all[i].name;
	}
	return api_page_answer(req, page, "settings", rows, count, last);
}

int api_setting_list(struct request *req)
{
	void *mem = request_mem(req);
	struct diag diag = {0};
	struct api_page page;
	struct setting *settings;
	struct scope scope;
	struct db *db;
	size_t count;
	int r = api_page(req, &page, &diag);

	if (r == 0)
		r = scope_parse(mem, request_param(req, "scope"), &scope);
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = scope_check(mem, db, &scope, &diag);
	if (r == 0)
		r = setting_list(mem, db, scope.text, &settings, &count);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return list_json(req, &page, settings, count);
}
