/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"
#include "store/device.h"
#include "store/group.h"
#include "store/seen.h"

static int group_filter(struct request *req, struct db *db, struct device_filter *filter,
			struct diag *reterr)
{
	const char *name = request_query(req, "group");
	struct group *group;
	int r;

	if (!name)
		return 0;
	r = group_find(request_mem(req), db, name, &group);
	if (r <= 0)
		return r < 0 ? r
			     : diag_set(reterr, -E_GROUP_UNKNOWN, "there is no group '%s'", name);
	filter->group_id = group->id;
	return 0;
}

static int filter_read(struct request *req, struct db *db, const struct api_page *page,
		       struct device_filter *filter, struct diag *reterr)
{
	int r = 0;

	filter->limit = api_page_rows(page);
	filter->after = -1;
	if (page->after)
		r = mac_parse(page->after, &filter->after);
	if (r < 0)
		return diag_set(reterr, r, "after: %s", error_text(r));
	filter->product = request_query(req, "product");
	if (filter->product && !product_find(filter->product))
		return diag_set(reterr, -E_PRODUCT_UNKNOWN, "there is no product '%s'",
				filter->product);
	r = api_flag(req, "held", &filter->held, reterr);
	if (r == 0)
		r = api_flag(req, "waiting", &filter->waiting, reterr);
	if (r == 0 && filter->held && filter->waiting)
		r = diag_set(reterr, -E_VALUE, "held is part of waiting; give one of them");
	return r < 0 ? r : group_filter(req, db, filter, reterr);
}

/* One short read of the other database for each row; the page has its bound. */
static int row_json(void *mem, struct db *seen_db, const struct device_row *row, json_t **ret)
{
	struct seen *seen;
	int r = seen_look(mem, seen_db, row->mac, &seen);

	if (r < 0)
		return r;
	*ret = json_pack("{s:o, s:s?, s:s?, s:s?, s:I, s:o, s:s?, s:b, s:b, s:o, s:o}", "mac",
			 api_mac_text(row->mac), "product", row->product, "group", row->group,
			 "name", row->name, "handsets", (json_int_t)row->handsets, "capacity",
			 api_time(row->capacity), "firmware", row->firmware, "locked",
			 row->locked_at != 0, "held", row->held_at != 0, "waits_at",
			 api_time(row->waits_at), "seen_at", api_time(r > 0 ? seen->at : 0));
	return 0;
}

static int page_answer(struct request *req, const struct api_page *page,
		       const struct device_row *devices, size_t count)
{
	size_t shown = api_page_cut(page, count);
	char last[MAC_LEN + 1] = "";
	json_t *rows, *row;
	struct db *db;
	int r = fleet_seen_reader(&db);

	if (r < 0)
		return r;
	rows = json_array();
	for (size_t i = 0; i < shown && r >= 0; i++) {
		r = row_json(request_mem(req), db, &devices[i], &row);
		if (r == 0)
			json_array_append_new(rows, row);
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	if (shown)
		mac_format(devices[shown - 1].mac, last);
	return api_page_answer(req, page, "devices", rows, count, last);
}

int api_device_list(struct request *req)
{
	struct device_filter filter = {0};
	struct diag diag = {0};
	struct api_page page;
	struct device_row *devices;
	struct db *db;
	size_t count;
	int r = api_page(req, &page, &diag);

	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = filter_read(req, db, &page, &filter, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	r = device_list(request_mem(req), db, &filter, &devices, &count);
	return r < 0 ? r : page_answer(req, &page, devices, count);
}
