/* SPDX-License-Identifier: MIT */
#include "store/firmware.h"

#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "firmware.h"
#include "fleet/firmware_file.h"
#include "http/handlers.h"
#include "redirect/url.h"
#include "http/request.h"

/* Files of which the status tells. */
enum { NOTICED_MAX = 1000 };

static json_t *products_json(void *mem, struct db *db, const char *name)
{
	json_t *array = json_array();
	const char **products;
	size_t count;

	if (firmware_products(mem, db, name, &products, &count) == 0)
		for (size_t i = 0; i < count; i++)
			json_array_append_new(array, json_string(products[i]));
	return array;
}

json_t *firmware_json(void *mem, struct db *db, const struct firmware *firmware)
{
	int64_t bytes, total;
	json_t *json = json_pack(
		"{s:s, s:o, s:s, s:o, s:s, s:I, s:o, s:o, s:o, s:o}", "name", firmware->name,
		"version", api_text(firmware->version), "state",
		firmware_state_name(firmware->state), "products",
		products_json(mem, db, firmware->name), "sha256", firmware->sha256, "size",
		(json_int_t)firmware->size, "source",
		api_text(firmware->source ? url_redact_query(mem, firmware->source) : NULL), "note",
		api_text(firmware->note), "error", api_text(firmware->error), "added_at",
		api_time(firmware->added_at));

	if (firmware->state == FIRMWARE_FETCHING) {
		bool any = fleet_firmware_progress(firmware->name, &bytes, &total);

		json_object_set_new(json, "fetched", any ? json_integer(bytes) : json_null());
		json_object_set_new(json, "of",
				    any && total > 0 ? json_integer(total) : json_null());
	}
	return json;
}

int firmware_notices(void *mem, struct db *db, json_t *notices)
{
	struct firmware *files;
	size_t count;
	int r = firmware_list(mem, db, NULL, NOTICED_MAX, &files, &count);

	for (size_t i = 0; i < count; i++)
		if (files[i].state == FIRMWARE_CHANGED || files[i].state == FIRMWARE_FAILED)
			json_array_append_new(
				notices,
				api_text(mem_printf(mem, "firmware %s is %s: %s", files[i].name,
						    firmware_state_name(files[i].state),
						    files[i].error ? files[i].error : "")));
	return r;
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct firmware *files;
	size_t count;
	int r = firmware_list(mem, db, page->after, api_page_rows(page), &files, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_array_append_new(rows, firmware_json(mem, db, &files[i]));
		*ret_last = files[i].name;
	}
	return r < 0 ? r : (int)count;
}

int api_firmware_list(struct request *req)
{
	return api_list(req, "firmware", rows_read);
}

int api_firmware_show(struct request *req)
{
	void *mem = request_mem(req);
	struct firmware *firmware;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = firmware_find(mem, db, request_param(req, "name"), &firmware);
	if (r <= 0)
		return r < 0 ? r : -E_FIRMWARE_UNKNOWN;
	return api_answer(req, 200, firmware_json(mem, db, firmware));
}

struct removal {
	bool delete_file;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	const char *name = request_param(req, "name");
	int r = fleet_firmware_remove(change, name);

	if (r == 0 && removal->delete_file)
		r = firmware_file_remove(change->config, name);
	return r < 0 ? r : api_answer_nothing(req);
}

int api_firmware_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	struct diag diag = {0};
	int r = api_flag(req, "delete_file", &removal->delete_file, &diag);

	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, remove_op, removal);
}

static int retry_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_firmware_retry(change, request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_firmware_retry(struct request *req)
{
	return api_write(req, retry_op, NULL);
}
