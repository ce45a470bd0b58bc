/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/import: a table (CSV) or a configuration (XML) becomes devices,
 * handsets, lines and settings.
 *
 * It is read on a worker and written in one operation, whole or not at all.  A
 * dry run does all of it and undoes it before it returns, so that it finds what
 * the real one would find.
 */
#include "import.h"

#include <limits.h>
#include <sodium.h>
#include <string.h>

#include "import_xml.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"

static size_t errors_of(const struct api_import *import)
{
	const struct import_table *table = import->table(import);

	return table ? table->errors_found : 0;
}

static void import_end(struct api_import *import, int r, const struct diag *diag)
{
	sodium_memzero(import->text, import->len);
	if (r == -E_IMPORT && errors_of(import)) {
		api_import_refuse(import);
	} else if (r < 0) {
		if (error_status(r) >= 500)
			log_error("an import failed", LOG_S("request", import->who->request),
				  LOG_S("words", diag->text), LOG_E(r));
		reply_error(import->req, r, diag_text(diag, r));
	} else {
		api_answer(import->req, 200, import->report(import));
	}
	if (import->table(import))
		import_told_drop(import->table(import));
	request_finish(import->req, 0);
}

int api_import_refuse(struct api_import *import)
{
	size_t errors = errors_of(import);
	json_t *report = import->report(import);
	const char *text =
		mem_printf(request_mem(import->req), "%zu error%s%s; nothing was written", errors,
			   errors == 1 ? "" : "s",
			   errors > IMPORT_ERRORS_MAX ? ", of which the first are told" : "");

	request_set_reason(import->req, -E_IMPORT);
	json_object_set_new(report, "error",
			    json_pack("{s:s, s:s, s:s}", "reason", error_name(-E_IMPORT), "text",
				      text, "request", request_id(import->req)));
	return api_answer(import->req, error_status(-E_IMPORT), report);
}

static int import_op(struct db *db, void *arg, struct diag *diag)
{
	struct api_import *import = arg;
	struct change change = {db, request_mem(import->req), import->who, diag,
				request_config(import->req)};
	int r = import->dry ? db_savepoint(db) : 0;

	if (r == 0)
		r = import->write(import, &change);
	if (import->dry)
		db_rollback_savepoint(db);
	return r;
}

static void import_done(void *arg, int result, const struct diag *diag)
{
	import_end(arg, result, diag);
}

int api_import_post(struct api_import *import)
{
	int r;

	import->who = api_who(import->req);
	import->options.goes_on = request_prolong_arg;
	import->options.arg = import->req;
	r = writer_post(fleet_writer(), WRITER_LOW, import_op, import_done, import);
	return r < 0 ? r : REQUEST_LATER;
}

struct table_import {
	struct import_table *table;
	struct import_counts counts;
};

static json_t *told_json(const struct import_told *told)
{
	return json_pack("{s:I, s:s, s:s, s:O?, s:O?}", "line", (json_int_t)told->line, "change",
			 told->is_new ? "added" : "changed", "object", told->object, "before",
			 told->before, "after", told->after);
}

json_t *api_import_errors(const struct import_table *table)
{
	json_t *errors = json_array();

	for (size_t i = 0; i < table->error_count; i++)
		json_array_append_new(errors, json_pack("{s:I, s:o}", "line",
							(json_int_t)table->errors[i].line, "text",
							api_text(table->errors[i].text)));
	return errors;
}

json_t *api_import_rows(const struct import_table *table)
{
	json_t *rows = json_array();
	size_t e = 0;

	for (size_t i = 0; i <= table->told_count; i++) {
		unsigned line = i < table->told_count ? table->told[i].line : UINT_MAX;

		for (; e < table->error_count && table->errors[e].line <= line; e++)
			json_array_append_new(rows, json_pack("{s:I, s:s, s:o}", "line",
							      (json_int_t)table->errors[e].line,
							      "change", "refused", "text",
							      api_text(table->errors[e].text)));
		if (i < table->told_count)
			json_array_append_new(rows, told_json(&table->told[i]));
	}
	return rows;
}

json_int_t api_import_rows_more(const struct import_table *table)
{
	return (json_int_t)(table->told_found - table->told_count + table->errors_found -
			    table->error_count);
}

static json_t *table_report(struct api_import *import)
{
	const struct table_import *arg = import->arg;
	const struct import_table *table = arg->table;
	const struct import_counts *counts = &arg->counts;
	bool good = table->errors_found == 0;

	return json_pack("{s:s?, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:I}", "kind",
			 import_kind_name(table->kind), "rows", (json_int_t)table->count, "added",
			 (json_int_t)(good ? counts->added : 0), "changed",
			 (json_int_t)(good ? counts->changed : 0), "unchanged",
			 (json_int_t)(good ? counts->unchanged : 0), "devices",
			 (json_int_t)(good ? counts->devices : 0), "dry_run", import->dry, "errors",
			 api_import_errors(table), "told", api_import_rows(table), "more",
			 api_import_rows_more(table));
}

static struct import_table *table_of(const struct api_import *import)
{
	const struct table_import *arg = import->arg;

	return arg->table;
}

static int table_write(struct api_import *import, struct change *change)
{
	struct table_import *arg = import->arg;

	return fleet_import_table(change, arg->table, &import->options, &arg->counts);
}

static int table_import(struct api_import *import, struct diag *reterr)
{
	struct table_import *arg = mem_new(request_mem(import->req), struct table_import);
	const char *name = request_query(import->req, "kind");
	enum import_kind kind = IMPORT_KINDS;
	int r;

	if (name && !import_kind_find(name, &kind))
		return diag_set(reterr, -E_VALUE, "kind is devices, handsets or lines");
	import->arg = arg;
	import->write = table_write;
	import->report = table_report;
	import->table = table_of;
	arg->table = import_table_read(request_mem(import->req), import->text, import->len, kind,
				       request_config(import->req)->limits.max_import_rows);
	arg->table->told_max = request_config(import->req)->limits.max_import_report;
	/* With wrong rows it fails, and tells all of them; without any row the header is wrong. */
	if (arg->table->count || !arg->table->errors_found)
		return api_import_post(import);
	r = api_import_refuse(import);
	sodium_memzero(import->text, import->len);
	return r;
}

int api_import(struct request *req)
{
	struct api_import *import = mem_new(request_mem(req), struct api_import);
	struct diag diag = {0};
	const char *type = api_type_is(req, "text/csv")		 ? "text/csv"
			   : api_type_is(req, "application/xml") ? "application/xml"
			   : api_type_is(req, "text/xml")	 ? "text/xml"
								 : NULL;
	int r = api_flag(req, "dry_run", &import->dry, &diag);

	if (r == 0)
		r = api_flag(req, "force", &import->options.force, &diag);
	if (r == 0 && !type)
		r = diag_set(&diag, -E_BAD_TYPE,
			     "the content type must be text/csv, text/xml or application/xml");
	if (r == 0)
		r = api_input_text(req, type, &import->text, &import->len, &diag);
	import->req = req;
	import->options.file = request_query(req, "file");
	if (r == 0)
		r = strcmp(type, "text/csv") == 0 ? table_import(import, &diag)
						  : api_import_xml(import, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : r;
}
