/* SPDX-License-Identifier: MIT */
/* Files for desk phones: they come in pieces, as firmware does, and are given a name. */
#include "fleet/wpi_file.h"

#include <string.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/firmware_file.h"
#include "fleet/wpi_order.h"
#include "http/handlers.h"
#include "http/request.h"
#include "store/mac.h"

struct input {
	const char *name;
	const char *type;
	const char *as;
	bool sent;
	struct wpi_file file;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
	API_FIELD("type", TEXT, MUST, struct input, type),
	API_FIELD("as", TEXT, MAY, struct input, as),
	API_FIELD("sent", TRUTH, MAY, struct input, sent),
};

static json_t *file_json(const struct wpi_file *file)
{
	return json_pack("{s:s, s:s, s:I, s:s, s:o}", "name", file->name, "type", file->type,
			 "size", (json_int_t)file->size, "sha256", file->sha256, "added_at",
			 api_time(file->added_at));
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	struct input *input = arg;
	struct wpi_file *file;
	json_t *json;
	int r = fleet_wpi_file_add(change, &input->file, &file);

	if (r < 0)
		return r;
	json = file_json(file);
	if (strcmp(file->name, input->file.name) != 0)
		json_object_set_new(json, "words",
				    json_string("another file has the name already, and phones do "
						"not fetch again what they have under a name; this "
						"one is called differently"));
	return api_answer(req, 201, json);
}

/* What has come is good for the type, and lies where it is found by its hash. */
static int settle(struct request *req, struct input *input, const char *piece, struct diag *reterr)
{
	const struct config *config = request_config(req);
	void *mem = request_mem(req);
	int r = wpi_file_look(mem, config, piece, input->file.type, request_prolong_arg, req,
			      &input->file, reterr);

	if (r == 0)
		r = firmware_file_settle(config, firmware_piece_name(mem, piece),
					 wpi_file_place(mem, input->file.sha256),
					 request_prolong_arg, req, reterr);
	return r;
}

int api_wpi_file_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	const char *piece;
	int r = api_input(req, fields, COUNT_OF(fields), input, &diag);

	if (r == 0 && !input->sent)
		r = diag_set(&diag, -E_WPI_FILE,
			     "there is no such file here: its pieces come first (gigaprovctl wpi "
			     "file add does that)");
	if (r == 0)
		r = wpi_file_name_check(input->name, &diag);
	if (r == 0)
		r = wpi_file_type_check(input->type, &input->file.type, &diag);
	if (r == 0 && input->as)
		r = wpi_file_name_check(input->as, &diag);
	piece = wpi_file_piece(request_mem(req), input->name ? input->name : "");
	if (r == 0)
		r = settle(req, input, piece, &diag);
	if (r < 0) {
		/* What cannot become a file is not kept. */
		if (input->sent && wpi_file_name_check(input->name, NULL) == 0)
			firmware_piece_drop(request_config(req), piece);
		return api_refuse(req, r, &diag);
	}
	input->file.name = input->as ? input->as : input->name;
	return api_write(req, add_op, input);
}

int api_wpi_file_piece(struct request *req)
{
	const struct config *config = request_config(req);
	const char *name = request_param(req, "name");
	struct diag diag = {0};
	struct api_piece piece;
	int r = wpi_file_name_check(name, &diag);

	if (r == 0)
		r = api_input_piece(req, &piece, &diag);
	if (r == 0 && piece.offset + piece.len > config->wpi.max_file) {
		firmware_piece_drop(config, wpi_file_piece(request_mem(req), name));
		r = diag_set(&diag, -E_WPI_FILE_LARGE,
			     "%s is larger than %u bytes ([wpi] max_file)", name,
			     config->wpi.max_file);
	}
	if (r == 0)
		r = firmware_piece_write(config, wpi_file_piece(request_mem(req), name),
					 piece.offset, piece.data, piece.len, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_answer_nothing(req);
}

static int list_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct wpi_file *files;
	size_t count, shown;
	int r = wpi_file_list(mem, db, page->after, api_page_rows(page), &files, &count);

	if (r < 0)
		return r;
	shown = api_page_cut(page, count);
	for (size_t i = 0; i < shown; i++)
		json_array_append_new(rows, file_json(&files[i]));
	*ret_last = shown ? files[shown - 1].name : NULL;
	return (int)count;
}

int api_wpi_file_list(struct request *req)
{
	return api_list(req, "files", list_read);
}

/*
 * The bytes go with the last name that has them.  A crash in between leaves a name
 * without bytes, which nobody gets, and which removing or adding it again mends.
 */
static int remove_op(struct request *req, struct change *change, void *arg)
{
	const char *sha256;
	bool is_gone;
	int r = fleet_wpi_file_remove(change, arg, &sha256, &is_gone);

	if (r == 0 && is_gone)
		r = firmware_file_remove(change->config, wpi_file_place(change->mem, sha256));
	return r < 0 ? r : api_answer_nothing(req);
}

int api_wpi_file_remove(struct request *req)
{
	return api_write(req, remove_op, mem_strdup(request_mem(req), request_param(req, "name")));
}

struct deploy {
	struct api_texts words;
	int64_t *macs;
	size_t mac_count;
	struct wpi_order_file *files;
	size_t file_count;
};

static const struct api_field deploy_fields[] = {
	API_FIELD("words", TEXTS, MUST, struct deploy, words),
};

static int deploy_op(struct request *req, struct change *change, void *arg)
{
	const struct deploy *deploy = arg;
	struct wpi_order_new order = {.kind = WPI_ORDER_KIND_file,
				      .files = deploy->files,
				      .file_count = deploy->file_count};
	json_t *rows = json_array();
	struct wpi_order_row *row;
	int r = 0;

	for (size_t i = 0; i < deploy->mac_count && r >= 0; i++) {
		int64_t id;

		r = fleet_wpi_order_add(change, deploy->macs[i], &order, &id);
		if (r == 0)
			r = wpi_order_find(change->mem, change->db, deploy->macs[i], id, &row);
		if (r > 0)
			json_array_append_new(rows, json_pack("{s:o, s:I, s:s, s:o}", "mac",
							      api_mac_text(row->mac), "id",
							      (json_int_t)id, "kind", row->kind,
							      "what", api_text(row->what)));
	}
	if (r < 0) {
		json_decref(rows);
		return r;
	}
	return api_answer(req, 201, json_pack("{s:o}", "orders", rows));
}

int api_wpi_file_deploy(struct request *req)
{
	struct deploy *deploy = mem_new(request_mem(req), struct deploy);
	struct diag diag = {0};
	int64_t mac;
	int r = api_input(req, deploy_fields, COUNT_OF(deploy_fields), deploy, &diag);

	if (r < 0)
		return api_refuse(req, r, &diag);
	for (size_t i = 0; i < deploy->words.count; i++) {
		if (mac_parse(deploy->words.texts[i], &mac) == 0)
			*mem_push(deploy, &deploy->macs, &deploy->mac_count) = mac;
		else
			mem_push(deploy, &deploy->files, &deploy->file_count)->name =
				deploy->words.texts[i];
	}
	if (deploy->mac_count == 0 || deploy->file_count == 0) {
		r = diag_set(&diag, -E_VALUE, "say which phones (MACs) and which files (names)");
		return api_refuse(req, r, &diag);
	}
	return api_write(req, deploy_op, deploy);
}
