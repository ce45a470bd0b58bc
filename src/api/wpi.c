/* SPDX-License-Identifier: MIT */
/* Desk phones: when they called and how that ended, their items, what they refused. */
#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/view.h"
#include "fleet/wpi_forget.h"
#include "fleet/wpi_plan.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"
#include "store/mac.h"
#include "store/wpi_phone.h"

static json_t *phone_json(const struct wpi_phone *phone)
{
	return json_pack(
		"{s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:s?, s:o, s:o, s:o, "
		"s:I, s:I}",
		"mac", api_mac_text(phone->mac), "product", phone->product, "device_type",
		api_text(phone->device_type), "software_type", api_text(phone->software_type),
		"software_version", api_text(phone->software_version), "part_number",
		api_text(phone->part_number), "e164", api_text(phone->e164), "contact_me_uri",
		api_text(phone->contact_me_uri), "contacts", (json_int_t)phone->contacts, "address",
		api_text(phone->address), "reason", api_text(phone->reason), "outcome",
		phone->outcome, "contacted_at", api_time(phone->contacted_at), "configured_at",
		api_time(phone->configured_at), "told_at", api_time(phone->told_at), "refused",
		(json_int_t)phone->refused, "kept", (json_int_t)phone->kept);
}

static int after_mac(const struct api_page *page, int64_t *ret)
{
	*ret = -1;
	return page->after ? mac_parse(page->after, ret) : 0;
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *array,
		     const char **ret_last)
{
	struct wpi_phone *phones;
	int64_t after;
	size_t count;
	int r = after_mac(page, &after);

	if (r == 0)
		r = wpi_phone_list(mem, db, after, api_page_rows(page), &phones, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < api_page_cut(page, count); i++) {
		char mac[MAC_LEN + 1];

		json_array_append_new(array, phone_json(&phones[i]));
		mac_format(phones[i].mac, mac);
		*ret_last = mem_strdup(mem, mac);
	}
	return (int)count;
}

/* -E_MAC_UNKNOWN; -E_WPI_PRODUCT. */
static int phone_get(void *mem, struct db *db, int64_t mac, struct wpi_phone **ret)
{
	int r = wpi_phone_find(mem, db, mac, ret);

	if (r <= 0)
		return r < 0 ? r : -E_MAC_UNKNOWN;
	return product_is_desk_phone(product_find((*ret)->product)) ? 0 : -E_WPI_PRODUCT;
}

/* One phone, as a list of one, whether it has ever called or not. */
static int show(struct request *req, const char *text)
{
	struct wpi_phone *phone;
	struct db *db;
	int64_t mac;
	int r = mac_parse(text, &mac);

	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = phone_get(request_mem(req), db, mac, &phone);
	if (r < 0)
		return api_refuse(req, r, NULL);
	return api_answer(req, 200, json_pack("{s:[o]}", "phones", phone_json(phone)));
}

int api_wpi_list(struct request *req)
{
	const char *mac = request_query(req, "mac");

	return mac ? show(req, mac) : api_list(req, "phones", rows_read);
}

/* A value that may be shown: NULL is none. */
static json_t *value_json(const char *value, bool is_secret)
{
	if (!value)
		return json_null();
	return is_secret ? json_string(RENDER_REDACTED) : api_text(value);
}

static json_t *wanted_json(void *mem, const struct wpi_planned *planned)
{
	const struct item *item = &planned->wanted->item;
	const struct wpi_item_row *row = planned->wanted->row;
	const struct wpi_told *told = planned->told;
	/* Who wants it secret will not have it shown from the other side. */
	bool is_secret = item->secret || item_is_secret(item->name);
	const char *changed = row && row->changed ? secret_reveal(row->changed) : NULL;

	return json_pack(
		"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "item",
		item_text(mem, item->name, item->index), "state",
		wpi_verdict_name(planned->verdict), "wanted",
		value_json(item->secret ? "" : item->value, is_secret), "told",
		value_json(told && !*told->status ? told->value : NULL, is_secret), "status",
		api_text(row ? row->status : NULL), "changed", value_json(changed, is_secret),
		"changed_at", api_time(row ? row->changed_at : 0), "refused_at",
		api_time(row ? row->refused_at : 0), "writes", (json_int_t)(row ? row->writes : 0),
		"written_at", api_time(row ? row->written_at : 0));
}

static json_t *told_json(void *mem, const struct wpi_told *told)
{
	return json_pack("{s:s, s:s, s:n, s:o, s:o}", "item",
			 item_text(mem, told->name, told->index), "state", "told", "wanted", "told",
			 value_json(*told->status ? NULL : told->value, item_is_secret(told->name)),
			 "status", api_text(*told->status ? told->status : NULL));
}

static json_t *items_json(void *mem, const struct wpi_plan *plan, bool all)
{
	json_t *items = json_array();

	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(items, wanted_json(mem, &plan->items[i]));
	for (size_t i = 0; all && i < plan->told_count; i++)
		if (!wpi_wanted_find(plan->wanted, plan->count, plan->told[i].name,
				     plan->told[i].index))
			json_array_append_new(items, told_json(mem, &plan->told[i]));
	return items;
}

int api_wpi_items(struct request *req)
{
	void *mem = request_mem(req);
	struct wpi_phone *phone;
	struct wpi_plan plan;
	struct diag diag = {0};
	struct view *view;
	struct db *db;
	int64_t mac;
	bool all;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = api_flag(req, "all", &all, &diag);
	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = phone_get(mem, db, mac, &phone);
	if (r == 0)
		r = view_read(mem, db, request_config(req), mac, clock_now(), &view);
	if (r == 0)
		r = wpi_plan_read(mem, db, request_config(req), view, phone->software_version,
				  clock_now(), &plan, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_answer(req, 200, json_pack("{s:o}", "items", items_json(mem, &plan, all)));
}

struct forgetting {
	int64_t mac;
	const char *item;
};

static const struct api_field fields[] = {
	API_FIELD("item", TEXT, CLEARS, struct forgetting, item),
};

static int forget_op(struct request *req, struct change *change, void *arg)
{
	const struct forgetting *forgetting = arg;
	int64_t count;
	int r = fleet_wpi_forget(change, forgetting->mac, forgetting->item, &count);

	return r < 0 ? r : api_answer(req, 200, json_pack("{s:I}", "items", (json_int_t)count));
}

int api_wpi_forget(struct request *req)
{
	struct forgetting *forgetting = mem_new(request_mem(req), struct forgetting);
	struct diag diag = {0};
	int r = api_mac(req, &forgetting->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), forgetting, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, forget_op, forgetting);
}
