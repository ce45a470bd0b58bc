/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/inventory: a file with many rows.
 *
 * It is read and checked as a whole on a worker.  Then it is written in pieces,
 * each posted when the one before has been committed, behind whatever others
 * want to write.  An import that is cut short has written whole pieces; doing
 * it again does the rest.
 */
#include <sodium.h>

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/inventory.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"

struct import {
	struct request *req;
	char *text;
	size_t len;
	struct inventory_file *file;
	const struct audit_who *who;
	size_t done;			 /* rows */
	struct inventory_counts counts;	 /* of what has been committed */
	struct inventory_counts counted; /* with the piece under way */
	int64_t audit_id, audit_counted;
};

static size_t piece_of(const struct import *import)
{
	size_t rest = import->file->count - import->done;

	return rest < INVENTORY_PIECE ? rest : INVENTORY_PIECE;
}

static json_t *errors_json(const struct inventory_file *file)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < file->error_count; i++)
		json_array_append_new(errors, json_pack("{s:I, s:o}", "line",
							(json_int_t)file->errors[i].line, "text",
							api_text(file->errors[i].text)));
	return errors;
}

static json_t *report_json(const struct import *import, const struct inventory_counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "rows", (json_int_t)counts->rows,
			 "added", (json_int_t)counts->added, "changed", (json_int_t)counts->changed,
			 "unchanged", (json_int_t)counts->unchanged, "devices",
			 (json_int_t)counts->devices, "errors", errors_json(import->file));
}

/* An error as any other, with what was wrong beside it. */
static int refuse(const struct import *import)
{
	const struct inventory_file *file = import->file;
	struct inventory_counts none = {.rows = (int64_t)file->count};
	json_t *report = report_json(import, &none);
	const char *text = mem_printf(
		request_mem(import->req), "%zu error%s%s; nothing was written", file->errors_found,
		file->errors_found == 1 ? "" : "s",
		file->errors_found > file->error_count ? ", of which the first are told" : "");

	request_set_reason(import->req, -E_IMPORT);
	json_object_set_new(report, "error",
			    json_pack("{s:s, s:s, s:s}", "reason", error_name(-E_IMPORT), "text",
				      text, "request", request_id(import->req)));
	return api_answer(import->req, error_status(-E_IMPORT), report);
}

static void import_end(struct import *import, int r, const struct diag *diag)
{
	struct request *req = import->req;

	sodium_memzero(import->text, import->len);
	if (r < 0) {
		log_error("an import was cut short", LOG_I("rows", import->done),
			  LOG_I("of", import->file->count), LOG_S("words", diag->text), LOG_E(r));
		reply_error(req, r,
			    mem_printf(request_mem(req),
				       "%s (%zu of %zu rows were written; import the file again)",
				       diag_text(diag, r), import->done, import->file->count));
	} else {
		api_answer(req, 200, report_json(import, &import->counts));
	}
	request_finish(req, 0);
}

static int piece_op(struct db *db, void *arg, struct diag *diag)
{
	struct import *import = arg;
	CLEANUP(mem_freep) void *scratch = mem_root("piece");
	struct change change = {db, scratch, import->who, diag};

	import->counted = import->counts;
	import->audit_counted = import->audit_id;
	return fleet_inventory_put(&change, import->file->rows + import->done, piece_of(import),
				   &import->counted, &import->audit_counted);
}

static void piece_done(void *arg, int result, const struct diag *diag)
{
	struct import *import = arg;
	struct diag none = {0};
	int r;

	if (result < 0) {
		import_end(import, result, diag);
		return;
	}
	import->counts = import->counted;
	import->audit_id = import->audit_counted;
	import->done += piece_of(import);
	if (import->done == import->file->count) {
		import_end(import, 0, NULL);
		return;
	}
	request_prolong(import->req);
	r = writer_post(fleet_writer(), WRITER_LOW, piece_op, piece_done, import);
	if (r < 0)
		import_end(import, r, &none);
}

static int dry_run(struct import *import)
{
	struct inventory_counts counts = {0};
	struct db *db;
	int r = fleet_reader(&db);

	for (; r == 0 && import->done < import->file->count; import->done += piece_of(import)) {
		r = inventory_compare(db, import->file->rows + import->done, piece_of(import),
				      &counts);
		request_prolong(import->req);
	}
	return r < 0 ? r : api_answer(import->req, 200, report_json(import, &counts));
}

int api_inventory_import(struct request *req)
{
	struct import *import = mem_new(request_mem(req), struct import);
	struct diag diag = {0};
	bool dry;
	int r = api_flag(req, "dry_run", &dry, &diag);

	if (r == 0)
		r = api_input_text(req, "text/csv", &import->text, &import->len, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	import->req = req;
	import->file = inventory_read(request_mem(req), import->text, import->len);
	if (import->file->errors_found || dry) {
		r = import->file->errors_found ? refuse(import) : dry_run(import);
		sodium_memzero(import->text, import->len);
		return r;
	}
	import->who = api_who(req);
	r = writer_post(fleet_writer(), WRITER_LOW, piece_op, piece_done, import);
	return r < 0 ? r : REQUEST_LATER;
}
