/* SPDX-License-Identifier: MIT */
/*
 * The document as the device would get it.
 *
 * Whoever compares wants to know whether two documents are the same without
 * seeing them, so ETag and SHA-256 are those of the real one.  They are for
 * admins: four digits of a PIN are soon tried.  Secrets are shown to admins, too,
 * and only after the audit row that says so is on disk.  A file that was kept as
 * it is may hold passwords anywhere, so others do not see it at all.
 */
#include <nettle/sha2.h>
#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/hint.h"
#include "fleet/rendition.h"
#include "fleet/scope.h"
#include "fleet/wpi_plan.h"
#include "http/auth.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "render/format.h"
#include "store/mac.h"
#include "store/wpi_phone.h"

enum { DESK_NAMES_MAX = 20 };

struct preview {
	int64_t mac;
	int64_t at;
	bool reveal;
	bool as_json;
	const struct view *view;
	const struct rendition *real;
	const struct rendition *shown;
	char sha256[2 * SHA256_DIGEST_SIZE + 1];
};

static void hash(struct preview *preview)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, preview->real->document_len, (const uint8_t *)preview->real->document);
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_encode(preview->sha256, digest, sizeof(digest));
}

static int make(struct request *req, struct preview *preview, struct diag *reterr)
{
	void *mem = request_mem(req);
	struct rendition *rendition;
	struct view *view;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = view_read(mem, db, request_config(req), preview->mac, preview->at, &view);
	if (r == 0 && view->document.template && request_principal(req)->role != ROLE_ADMIN)
		r = diag_set(reterr, -E_FORBIDDEN,
			     "this device gets a file that is kept as it is and may hold "
			     "passwords: only admins may see it");
	if (r == 0)
		r = rendition_make(mem, view, true, &rendition, reterr);
	if (r < 0)
		return r;
	preview->view = view;
	preview->real = rendition;
	hash(preview);
	if (!preview->reveal)
		r = rendition_make(mem, view, false, &rendition, reterr);
	preview->shown = rendition;
	return r;
}

#define LOCKED "the device is locked and gets nothing"

static void add_note(json_t *notes, const char *text)
{
	if (text)
		json_array_append_new(notes, api_text(text));
}

/* It would be told of firmware, were it not for the time. */
static const char *firmware_note(void *mem, const struct config *config, const struct view *view)
{
	const char *words = gate_words(mem, config, &view->firmware_gate);

	return words && view->firmware.firmware
		       ? mem_printf(mem, "firmware is left out: it is %s", words)
		       : NULL;
}

static void add_desk_note(void *mem, const struct wpi_plan *plan, enum wpi_item_verdict verdict,
			  const char *words, json_t *notes)
{
	if (plan->of[verdict] > 0)
		add_note(notes,
			 mem_printf(mem, "%zu of %zu items %s: %s", plan->of[verdict], plan->count,
				    words, wpi_plan_names(mem, plan, verdict, DESK_NAMES_MAX)));
}

/* No phone is sent the document: what it would be sent of it. */
static void add_desk_notes(void *mem, const struct config *config, const struct view *view,
			   json_t *notes)
{
	struct wpi_phone *phone;
	struct wpi_plan plan;
	struct db *db;
	int r;

	if (!product_is_desk_phone(product_find(view->document.product)))
		return;
	r = fleet_reader(&db);
	if (r == 0)
		r = wpi_phone_find(mem, db, view->document.mac, &phone);
	if (r > 0)
		r = wpi_plan_read(mem, db, config, view, phone->software_version, view->at, &plan,
				  NULL);
	if (r < 0) {
		add_note(notes, "what is known of the phone's items cannot be read");
		return;
	}
	add_desk_note(mem, &plan, WPI_GETS, "would be written", notes);
	add_desk_note(mem, &plan, WPI_HAS, "are what it told last", notes);
	add_desk_note(mem, &plan, WPI_REFUSED, "are left out, since it refused them", notes);
	add_desk_note(mem, &plan, WPI_KEPT, "are left out, since they were changed at it", notes);
	add_desk_note(mem, &plan, WPI_VAIN, "are left out for now: it takes them and tells others",
		      notes);
}

static json_t *notes_json(void *mem, const struct config *config, const struct view *view)
{
	json_t *notes = json_array();
	struct hints hints;

	if (view->fetch->locked_at)
		json_array_append_new(notes, json_string(LOCKED));
	if (view->notice)
		json_array_append_new(notes, json_string(view->notice));
	add_note(notes, gate_notice(mem, config, view));
	add_note(notes, firmware_note(mem, config, view));
	if (view->firmware.notice)
		json_array_append_new(notes, json_string(view->firmware.notice));
	add_desk_notes(mem, config, view, notes);
	hint_view(mem, view, &hints);
	for (size_t i = 0; i < hints.count; i++)
		json_array_append_new(notes, api_text(hints.texts[i]));
	return notes;
}

/* JSON is UTF-8, and documents of older phones are ISO-8859-1. */
static json_t *document_json(void *mem, const struct rendition *shown)
{
	struct buf *buf;

	if (text_check(shown->document, shown->document_len, NULL) == 0)
		return json_stringn(shown->document, shown->document_len);
	buf = buf_new(mem);
	for (size_t i = 0; i < shown->document_len; i++) {
		unsigned char c = (unsigned char)shown->document[i];

		if (c >= 0x80)
			buf_addc(buf, (char)(0xc0 | c >> 6));
		buf_addc(buf, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
	}
	return json_stringn(buf->data, buf->len);
}

/* Beside the document only what decides about it: headers have little room. */
static void document_answer(struct request *req, const struct preview *preview)
{
	const char *type = preview->shown->content_type;
	const struct view *view = preview->view;
	const char *waits;

	if (!type)
		type = product_find(view->document.product)->format->content_type;
	reply_bytes(req, 200, type, preview->shown->document, preview->shown->document_len);
	if (view->fetch->locked_at)
		reply_header(req, "X-Document-Note", LOCKED);
	if (view->notice)
		reply_header(req, "X-Document-Note", view->notice);
	waits = gate_notice(request_mem(req), request_config(req), view);
	if (waits)
		reply_header(req, "X-Document-Note", waits);
}

static int answer(struct request *req, const struct preview *preview)
{
	const struct rendition *shown = preview->shown;
	bool is_admin = request_principal(req)->role == ROLE_ADMIN;

	if (preview->as_json)
		api_answer(req, 200,
			   json_pack("{s:o, s:s*, s:s*, s:I, s:o, s:o}", "mac",
				     api_mac_text(preview->mac), "etag",
				     is_admin ? preview->real->etag : NULL, "sha256",
				     is_admin ? preview->sha256 : NULL, "bytes",
				     (json_int_t)preview->real->document_len, "document",
				     document_json(request_mem(req), shown), "notes",
				     notes_json(request_mem(req), request_config(req),
						preview->view)));
	else
		document_answer(req, preview);
	if (is_admin) {
		reply_header(req, "ETag", preview->real->etag);
		reply_header(req, "X-Document-SHA256", preview->sha256);
	}
	return 0;
}

static int reveal_op(struct request *req, struct change *change, void *arg)
{
	const struct preview *preview = arg;
	int r;

	r = fleet_audit(change, "preview.reveal", scope_device(change->mem, preview->mac), NULL,
			json_pack("{s:s}", "etag", preview->real->etag));
	return r < 0 ? r : answer(req, preview);
}

int api_preview(struct request *req)
{
	struct preview *preview = mem_new(request_mem(req), struct preview);
	const char *accept = request_header(req, "Accept");
	struct diag diag = {0};
	int r = api_mac(req, &preview->mac);

	if (r == 0)
		r = api_time_query(req, "at", &preview->at, &diag);
	if (r == 0)
		r = api_flag(req, "reveal", &preview->reveal, &diag);
	if (r == 0 && preview->reveal && request_principal(req)->role != ROLE_ADMIN)
		r = diag_set(&diag, -E_FORBIDDEN, "only admins may see secrets");
	preview->as_json = accept && strstr(accept, "application/json");
	if (r == 0)
		r = make(req, preview, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return preview->reveal ? api_write(req, reveal_op, preview) : answer(req, preview);
}
