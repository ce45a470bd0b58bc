/* SPDX-License-Identifier: MIT */
/* The inventory, but for imports: those are inventory_import.c. */
#include "store/inventory.h"

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/inventory.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/mac_id_failure.h"

/* The suffix proves possession, so it is shown no more than a secret is. */
static json_t *item_json(int64_t mac, const struct inventory *item,
			 const struct mac_id_failure *failure)
{
	bool locked = failure->locked_until > clock_now();

	return json_pack("{s:o, s:o, s:s?, s:o, s:o, s:I, s:o}", "mac", api_mac_text(mac), "suffix",
			 item->mac_id ? json_string("set") : json_null(), "product", item->product,
			 "secret", api_mark(item->secret), "created_at", api_time(item->created_at),
			 "wrong_suffixes", (json_int_t)failure->failures, "locked_until",
			 api_time(locked ? failure->locked_until : 0));
}

static int item_read(struct db *db, const struct inventory *item, json_t **ret)
{
	struct mac_id_failure failure = {0};
	int r = mac_id_failure_find(db, item->mac, &failure);

	if (r < 0)
		return r;
	*ret = item_json(item->mac, item, &failure);
	return 0;
}

static int page_answer(struct request *req, struct db *db, const struct api_page *page,
		       const struct inventory *items, size_t count)
{
	size_t on_page = api_page_cut(page, count);
	char last[MAC_LEN + 1] = "";
	json_t *rows = json_array();
	json_t *row;
	int r = 0;

	for (size_t i = 0; i < on_page && r == 0; i++) {
		r = item_read(db, &items[i], &row);
		if (r == 0)
			json_array_append_new(rows, row);
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	if (on_page)
		mac_format(items[on_page - 1].mac, last);
	return api_page_answer(req, page, "inventory", rows, count, last);
}

int api_inventory_list(struct request *req)
{
	struct diag diag = {0};
	struct api_page page;
	struct inventory *items;
	int64_t after = -1;
	size_t count;
	struct db *db;
	int r = api_page(req, &page, &diag);

	if (r == 0 && page.after) {
		r = mac_parse(page.after, &after);
		if (r < 0)
			diag_set(&diag, r, "after: %s", error_text(r));
	}
	if (r < 0)
		return api_refuse(req, r, &diag);
	r = fleet_reader(&db);
	if (r == 0)
		r = inventory_list(request_mem(req), db, after, api_page_rows(&page), &items,
				   &count);
	return r < 0 ? r : page_answer(req, db, &page, items, count);
}

/* A MAC that is not in the inventory has an answer, too, while suffixes are counted for it. */
int api_inventory_show(struct request *req)
{
	struct inventory none = {.mac = 0};
	struct inventory *item = &none;
	struct mac_id_failure failure = {0};
	struct db *db;
	int64_t mac;
	int known;
	int r = api_mac(req, &mac);

	if (r < 0)
		return r;
	r = fleet_reader(&db);
	if (r < 0)
		return r;
	known = inventory_find(request_mem(req), db, mac, &item);
	if (known < 0)
		return known;
	r = mac_id_failure_find(db, mac, &failure);
	if (r < 0)
		return r;
	if (!known && r == 0)
		return -E_INVENTORY_UNKNOWN;
	return api_answer(req, 200, item_json(mac, item, &failure));
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const int64_t *mac = arg;
	int r = fleet_inventory_remove(change, *mac);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_inventory_remove(struct request *req)
{
	int64_t *mac = mem_new(request_mem(req), int64_t);
	int r = api_mac(req, mac);

	return r < 0 ? r : api_write(req, remove_op, mac);
}

static int unlock_op(struct request *req, struct change *change, void *arg)
{
	const int64_t *mac = arg;
	int r = fleet_inventory_unlock(change, *mac);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_inventory_unlock(struct request *req)
{
	int64_t *mac = mem_new(request_mem(req), int64_t);
	int r = api_mac(req, mac);

	return r < 0 ? r : api_write(req, unlock_op, mac);
}
