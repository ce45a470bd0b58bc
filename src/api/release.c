/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/release: what waits for a window is given with the next request.
 *
 * Of many devices in pieces, so that other writers wait for one of them only;
 * who is released in one has been, whatever becomes of the rest.
 */
#include "fleet/release.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"
#include "store/device.h"
#include "store/group.h"
#include "store/mac.h"

enum { PIECE = 50 };

struct input {
	const char *mac;
	const char *group;
	const char *product;
	bool all;
};

static const struct api_field fields[] = {
	API_FIELD("mac", TEXT, MAY, struct input, mac),
	API_FIELD("group", TEXT, MAY, struct input, group),
	API_FIELD("product", TEXT, MAY, struct input, product),
	API_FIELD("all", TRUTH, MAY, struct input, all),
};

struct releasing {
	struct request *req;
	const struct audit_who *who;
	const struct device_row *devices;
	size_t count;
	int64_t released, failed; /* of all pieces so far */
	int64_t piece_released, piece_failed;
};

/* A device whose document cannot be made keeps what it has; the others go on. */
static int piece_op(struct db *db, void *arg, struct diag *diag)
{
	struct releasing *all = arg;

	all->piece_released = 0;
	all->piece_failed = 0;
	for (size_t i = 0; i < all->count; i++) {
		CLEANUP(mem_freep) void *scratch = mem_root("release");
		struct change change = {db, scratch, all->who, diag, request_config(all->req)};
		int r = all->devices[i].product ? fleet_release(&change, all->devices[i].mac) : 0;

		if (r < 0 && error_status(r) >= 500)
			return r;
		all->piece_released += r > 0;
		all->piece_failed += r < 0;
	}
	return 0;
}

static int release_many(struct request *req, struct device_filter *filter, struct releasing *all,
			struct diag *reterr)
{
	CLEANUP(mem_freep) void *page = NULL;
	struct device_row *devices = NULL;
	struct db *db;
	int r = fleet_reader(&db);

	filter->after = -1;
	filter->limit = PIECE;
	do {
		mem_free(page);
		page = mem_root("release page");
		if (r == 0)
			r = device_list(page, db, filter, &devices, &all->count);
		all->devices = devices;
		if (r >= 0 && all->count > 0)
			r = writer_do(fleet_writer(), piece_op, all, reterr);
		if (r < 0)
			return r;
		all->released += all->piece_released;
		all->failed += all->piece_failed;
		if (all->count > 0)
			filter->after = devices[all->count - 1].mac;
		request_prolong(req);
	} while (all->count == PIECE);
	return 0;
}

static int answer(struct request *req, int64_t released, int64_t failed)
{
	return api_answer(req, 200,
			  json_pack("{s:I, s:I}", "released", (json_int_t)released, "failed",
				    (json_int_t)failed));
}

static int one_op(struct request *req, struct change *change, void *arg)
{
	const int64_t *mac = arg;
	int r = fleet_release(change, *mac);

	return r < 0 ? r : answer(req, r, 0);
}

static int filter_read(struct request *req, const struct input *input, struct device_filter *filter,
		       struct diag *reterr)
{
	struct group *group;
	struct db *db;
	int r;

	filter->product = input->product;
	if (input->product && !product_find(input->product))
		return diag_set(reterr, -E_PRODUCT_UNKNOWN, "there is no product '%s'",
				input->product);
	if (!input->group)
		return 0;
	r = fleet_reader(&db);
	if (r == 0)
		r = group_find(request_mem(req), db, input->group, &group);
	if (r == 0)
		return diag_set(reterr, -E_GROUP_UNKNOWN, "there is no group '%s'", input->group);
	if (r > 0)
		filter->group_id = group->id;
	return r < 0 ? r : 0;
}

static int selection_check(const struct input *input, struct diag *reterr)
{
	bool many = input->group || input->product;

	if ((input->mac != NULL) + many + input->all != 1)
		return diag_set(reterr, -E_VALUE,
				"give a MAC, or a group, a product or both, or all");
	return 0;
}

int api_release(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	int64_t *mac = mem_new(request_mem(req), int64_t);
	struct releasing all = {.req = req};
	struct device_filter filter = {0};
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r == 0)
		r = selection_check(input, &diag);
	if (r == 0 && input->mac) {
		r = mac_parse(input->mac, mac);
		return r < 0 ? api_refuse(req, r, &diag) : api_write(req, one_op, mac);
	}
	if (r == 0)
		r = filter_read(req, input, &filter, &diag);
	if (r == 0) {
		all.who = api_who(req);
		r = release_many(req, &filter, &all, &diag);
	}
	return r < 0 ? api_refuse(req, r, &diag) : answer(req, all.released, all.failed);
}
