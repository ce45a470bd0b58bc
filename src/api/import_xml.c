/* SPDX-License-Identifier: MIT */
#include "import_xml.h"

#include <sodium.h>
#include <string.h>

#include "api/query.h"
#include "base/mem.h"
#include "fleet/import_xml.h"
#include "http/request.h"
#include "render/format.h"

static const struct import_table *table_of(const struct import_document *document)
{
	static const struct import_table none = {0};

	return document->handsets ? document->handsets : &none;
}

static json_t *notes_json(const struct import_document *document)
{
	json_t *notes = json_array();

	for (size_t i = 0; i < document->note_count; i++) {
		const struct import_note *note = &document->notes[i];

		json_array_append_new(
			notes, json_pack("{s:I, s:s, s:o, s:o}", "line", (json_int_t)note->line,
					 "fate", import_fate_name(note->fate), "name",
					 api_text(note->name), "text", api_text(note->text)));
	}
	return notes;
}

static json_t *document_report(struct api_import *import)
{
	const struct import_document *document = import->arg;
	const struct import_table *table = table_of(document);
	bool is_lines = table->kind == IMPORT_LINES;

	return json_pack(
		"{s:o, s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:I, s:o}",
		"mac", api_mac_text(document->mac), "new", document->is_new, "members",
		is_lines ? "lines" : "handsets", "added", (json_int_t)document->counts.added,
		"changed", (json_int_t)document->counts.changed, "unchanged",
		(json_int_t)document->counts.unchanged, "recognised",
		(json_int_t)document->found[IMPORT_RECOGNISED], "raw",
		(json_int_t)document->found[IMPORT_RAW], "refused",
		(json_int_t)document->found[IMPORT_REFUSED], "mended",
		(json_int_t)document->found[IMPORT_MENDED], "dry_run", import->dry, "errors",
		api_import_errors(table), "told", api_import_rows(table), "more",
		api_import_rows_more(table), "notes", notes_json(document));
}

static struct import_table *document_table(const struct api_import *import)
{
	const struct import_document *document = import->arg;

	return document->handsets;
}

static int document_write(struct api_import *import, struct change *change)
{
	return fleet_import_document(change, request_mem(import->req), import->arg,
				     &import->options);
}

static void sip_take(struct request *req, struct import_document *document)
{
	const char *list = request_query(req, "sip");
	const char **names = NULL;

	while (list) {
		size_t len = strcspn(list, ",");

		*mem_push(request_mem(req), &names, &document->sip_count) =
			mem_strndup(request_mem(req), list, len);
		list = list[len] ? list + len + 1 : NULL;
	}
	document->sip = names;
}

static int options_take(struct request *req, struct import_document *document, struct diag *reterr)
{
	const char *mac = request_query(req, "mac");
	int r;

	document->product = request_query(req, "product");
	if (document->product && !product_find(document->product))
		return diag_set(reterr, -E_PRODUCT_UNKNOWN, "there is no product '%s'",
				document->product);
	sip_take(req, document);
	if (!mac)
		return import_document_mac(document->document, request_query(req, "file"), reterr,
					   &document->mac);
	r = mac_parse(mac, &document->mac);
	return r < 0 ? diag_set(reterr, r, "mac: %s", error_text(r)) : 0;
}

int api_import_xml(struct api_import *import, struct diag *reterr)
{
	struct request *req = import->req;
	const struct config_limits *config = &request_config(req)->limits;
	struct read_limits limits = {config->max_xml_depth, config->max_import_elements};
	struct import_document *document = mem_new(request_mem(req), struct import_document);
	struct read_document *read;
	int r = read_document(request_mem(req), import->text, import->len, &limits, &read, reterr);

	if (r < 0 && reterr->line)
		diag_set(reterr, r, "line %u%s: %s", reterr->line,
			 reterr->column
				 ? mem_printf(request_mem(req), ", column %u", reterr->column)
				 : "",
			 mem_strdup(request_mem(req), reterr->text));
	document->document = read;
	if (r == 0)
		r = options_take(req, document, reterr);
	if (r < 0) {
		sodium_memzero(import->text, import->len);
		return r;
	}
	document->rows_max = config->max_import_rows;
	document->told_max = config->max_import_report;
	import->arg = document;
	import->write = document_write;
	import->report = document_report;
	import->table = document_table;
	return api_import_post(import);
}
