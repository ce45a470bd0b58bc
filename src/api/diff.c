/* SPDX-License-Identifier: MIT */
/*
 * What a device has, against what it would get now.  Secrets are shown to
 * admins only, after the audit row that says so is on disk; so is all that a
 * file says which is kept as it is.
 */
#include "fleet/diff.h"

#include <string.h>

#include "api/answer.h"
#include "api/query.h"
#include "api/write.h"
#include "base/clock.h"
#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/released.h"
#include "fleet/scope.h"
#include "fleet/view.h"
#include "http/auth.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/document.h"
#include "render/format.h"
#include "store/device.h"
#include "store/mac.h"

struct asked {
	int64_t mac;
	bool reveal;
	bool held;    /* not what it would get, but what the shrink guard holds back */
	bool waiting; /* nor that, but what waits for its window */
	const struct view *view;
	struct difference *differences;
	size_t count;
};

static void hide(struct asked *asked)
{
	for (size_t i = 0; i < asked->count; i++) {
		struct difference *difference = &asked->differences[i];

		difference->is_secret = true;
		if (difference->before)
			difference->before = RENDER_REDACTED;
		if (difference->after)
			difference->after = RENDER_REDACTED;
	}
}

static int read_diff(struct request *req, struct asked *asked, struct diag *reterr)
{
	void *mem = request_mem(req);
	const struct document *before, *after;
	struct device *device;
	struct view *view;
	struct db *db;
	int r = fleet_reader(&db);

	if (r < 0)
		return r;
	r = view_read(mem, db, request_config(req), asked->mac, clock_now(), &view);
	if (r == 0 && asked->held && !view->wanted)
		r = -E_NOTHING_HELD;
	if (r == 0 && asked->waiting && !view->waiting)
		r = -E_NOTHING_WAITS;
	if (r < 0)
		return r;
	asked->view = view;
	before = view->released ? view->released->given : NULL;
	after = asked->waiting ? view->waiting : asked->held ? view->wanted : &view->document;
	r = diff_documents(mem, before, after, asked->reveal, &asked->differences, &asked->count,
			   reterr);
	if (r == 0 && request_principal(req)->role != ROLE_ADMIN &&
	    ((before && before->template) || after->template))
		hide(asked);
	if (r == 0)
		r = device_get(mem, db, asked->mac, &device);
	if (r == 0)
		r = diff_scopes(mem, db, device, asked->differences, asked->count);
	return r;
}

static json_t *notes_json(void *mem, const struct config *config, const struct asked *asked)
{
	const struct view *view = asked->view;
	const char *waits = gate_notice(mem, config, view);
	json_t *notes = json_array();

	if (view->fetch->locked_at)
		json_array_append_new(notes, json_string("the device is locked and gets nothing"));
	if (!view->released || !view->released->given)
		json_array_append_new(notes, json_string("there is no record that it was given "
							 "anything, so everything is new"));
	if (view->released && view->released->offered)
		json_array_append_new(
			notes, json_string("a document was made for it since, of which there "
					   "is no record that it was given"));
	if (view->notice)
		json_array_append_new(notes, json_string(view->notice));
	if (waits)
		json_array_append_new(notes, api_text(waits));
	return notes;
}

static json_t *difference_json(const struct difference *difference)
{
	return json_pack("{s:s, s:s, s:s?, s:o, s:s?, s:o, s:o, s:b, s:s?}", "change",
			 difference_change(difference), "kind", difference->kind, "in",
			 difference->in, "name", api_text(difference->name), "what",
			 difference->what, "before", api_text(difference->before), "after",
			 api_text(difference->after), "is_secret", difference->is_secret, "scope",
			 difference->scope);
}

static int answer(struct request *req, const struct asked *asked)
{
	const struct released *released = asked->view->released;
	json_t *rows = json_array();

	for (size_t i = 0; i < asked->count; i++)
		json_array_append_new(rows, difference_json(&asked->differences[i]));
	return api_answer(req, 200,
			  json_pack("{s:o, s:o, s:o, s:o}", "mac", api_mac_text(asked->mac),
				    "given_at", api_time(released ? released->given_at : 0),
				    "notes",
				    notes_json(request_mem(req), request_config(req), asked),
				    "differences", rows));
}

static int reveal_op(struct request *req, struct change *change, void *arg)
{
	const struct asked *asked = arg;
	int r;

	r = fleet_audit(change, "diff.reveal", scope_device(change->mem, asked->mac), NULL,
			json_pack("{s:s}", "revision", asked->view->revision));
	return r < 0 ? r : answer(req, asked);
}

int api_diff(struct request *req)
{
	struct asked *asked = mem_new(request_mem(req), struct asked);
	struct diag diag = {0};
	int r = api_mac(req, &asked->mac);

	if (r == 0)
		r = api_flag(req, "reveal", &asked->reveal, &diag);
	if (r == 0)
		r = api_flag(req, "held", &asked->held, &diag);
	if (r == 0)
		r = api_flag(req, "waiting", &asked->waiting, &diag);
	if (r == 0 && asked->held && asked->waiting)
		r = diag_set(&diag, -E_VALUE, "held or waiting, not both");
	if (r == 0 && asked->reveal && request_principal(req)->role != ROLE_ADMIN)
		r = diag_set(&diag, -E_FORBIDDEN, "only admins may see secrets");
	if (r == 0)
		r = read_diff(req, asked, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return asked->reveal ? api_write(req, reveal_op, asked) : answer(req, asked);
}
