/* SPDX-License-Identifier: MIT */
/* The document: the one it has, the one it would get, and what is in that. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/explain.h"
#include "fleet/firmware.h"
#include "fleet/operation.h"
#include "fleet/rendition.h"
#include "render/format.h"
#include "render/multi.h"

/* What view_revision() puts together, in its order. */
static const char *const counters[] = {
	"the renderer",		"the fleet's settings", "the product's settings",
	"the group's settings", "SIP servers",		"the device itself",
};

/* Which counters of "1.4.0.2.1.17" differ. */
static const char *changes(void *mem, const char *before, const char *now, json_t **ret)
{
	struct buf *words = buf_new(mem);

	*ret = json_array();
	for (size_t i = 0; i < COUNT_OF(counters); i++) {
		char *before_end, *now_end;
		long long was = strtoll(before, &before_end, 10);
		long long is = strtoll(now, &now_end, 10);

		if (was != is) {
			buf_printf(words, "%s%s", words->len ? ", " : "", counters[i]);
			json_array_append_new(*ret, json_string(counters[i]));
		}
		before = before_end + (*before_end == '.');
		now = now_end + (*now_end == '.');
	}
	return words->len ? words->data : "nothing that counts";
}

static void say_outdated(struct explain *explain, const struct device_fetch *fetch)
{
	int64_t until = fetch->rendition_until_at;
	const char *words;
	json_t *changed;

	if (until && explain->at >= until) {
		explain_say(
			explain, "rendition", EXPLAIN_OK, 0,
			json_pack("{s:s, s:o}", "state", "outdated", "until", explain_time(until)),
			"what was made for it ends on %s, when an operation or a window begins or "
			"ends",
			explain_when(explain, until));
		return;
	}
	words = changes(explain->mem, fetch->rendition_revision,
			view_revision(explain->mem, &fetch->revision), &changed);
	explain_say(explain, "rendition", EXPLAIN_OK, 0,
		    json_pack("{s:s, s:o}", "state", "outdated", "changed", changed),
		    "changed since what it has was made: %s", words);
}

static void say_current(struct explain *explain, const struct device_fetch *fetch,
			const struct rendition *rendition)
{
	json_t *details = json_pack("{s:s, s:o, s:o, s:o}", "state", "current", "made_at",
				    explain_time(rendition->made_at), "given_at",
				    explain_time(rendition->given_at), "until",
				    explain_time(fetch->rendition_until_at));

	if (explain->is_admin)
		json_object_set_new(details, "etag", explain_text(rendition->etag));
	explain_say(explain, "rendition", EXPLAIN_OK, 0, details,
		    "made on %s, %s, and nothing has changed since",
		    explain_when(explain, rendition->made_at),
		    rendition->given_at ? "given to it" : "not fetched yet");
}

/* 1 when it has one, 0 when not. */
static int say_rendition(struct explain *explain, const struct device_fetch *fetch,
			 struct rendition **ret)
{
	int r = rendition_find(explain->mem, explain->db, fetch->mac, ret);

	if (r == -E_SEAL)
		explain_refuse(explain, "rendition", r, "the document that it has cannot be read");
	if (r < 0)
		return explain->reason ? 0 : r;
	if (r == 0)
		explain_say(explain, "rendition", EXPLAIN_OK, 0,
			    json_pack("{s:s}", "state", "none"),
			    "no document has been made for it yet");
	else if (rendition_is_current(fetch, explain->at))
		say_current(explain, fetch, *ret);
	else
		say_outdated(explain, fetch);
	return r;
}

/* Why DeleteNotProvisionedHS is not written; the order is that of interlock.c. */
static const char *gun_words(const struct explain *explain, const struct view *view)
{
	unsigned mode = explain->config->provisioning.delete_not_provisioned;

	if (view->held.at)
		return "while the shrink guard holds the document back";
	if (mode == DNP_NEVER)
		return "delete_not_provisioned = never";
	if (view->document.handset_count == 0)
		return "it never comes with an empty list";
	if (view->waiting && view->waiting->delete_not_provisioned)
		return "it was not written so far, and waits for the window";
	if (!view->fetch->provisioned_at)
		return "delete_not_provisioned = auto, and the device has had no document yet";
	return "nobody knows what the device was given so far";
}

static void say_interlock(struct explain *explain, const struct view *view)
{
	bool is_written = view->document.delete_not_provisioned;

	explain_say(explain, "interlock", EXPLAIN_OK, 0,
		    json_pack("{s:b, s:i}", "delete_not_provisioned", is_written, "handsets",
			      (int)view->document.handset_count),
		    "DeleteNotProvisionedHS is %s: %s", is_written ? "written" : "not written",
		    is_written ? "handsets that are not in the document go"
			       : gun_words(explain, view));
	if (view->held.at)
		explain_say(explain, "shrink_guard", EXPLAIN_HELD, -E_SHRINK_HELD,
			    json_pack("{s:o, s:I, s:I, s:s}", "held_at",
				      explain_time(view->held.at), "missing",
				      (json_int_t)view->held.missing, "all",
				      (json_int_t)view->held.all, "handsets", view->held.handsets),
			    "%s", view->notice);
}

static const char *span_words(struct explain *explain, const struct operation *operation)
{
	const char *from = explain_when(explain, operation->from_at);

	if (operation->until_at)
		return mem_printf(explain->mem, "from %s until %s", from,
				  explain_when(explain, operation->until_at));
	return mem_printf(explain->mem, "from %s until a fetch has carried it", from);
}

/* The document without the guard has it, the one that is given has not. */
static bool is_held_back(const struct view *view, const struct operation *operation)
{
	const struct document *given = &view->document;
	bool is_wanted = false;

	for (size_t i = 0; view->held.at && i < view->wanted->operation_count; i++)
		is_wanted |= view->wanted->operations[i].id == operation->id;
	for (size_t i = 0; i < given->operation_count; i++)
		if (given->operations[i].id == operation->id)
			return false;
	return is_wanted;
}

/* `lost` is the file of firmware that it would tell of, and that is not there any more. */
static void say_operation(struct explain *explain, const struct view *view,
			  const struct operation *operation, const char *lost)
{
	bool is_held = is_held_back(view, operation);
	bool is_written =
		!is_held && !lost && operation_is_written(operation, explain->at) &&
		operation_is_carried(product_find(view->document.product), operation->kind);
	const char *object = operation->ipui[0] ? operation->ipui : operation->dm;

	explain_say(explain, "operation", is_held || lost ? EXPLAIN_HELD : EXPLAIN_OK,
		    lost ? -E_FIRMWARE_UNKNOWN : 0,
		    json_pack("{s:I, s:s, s:b, s:o, s:o, s:o, s:o}", "id",
			      (json_int_t)operation->id, "kind",
			      operation_kind_name(operation->kind), "written", is_written, "from",
			      explain_time(operation->from_at), "until",
			      explain_time(operation->until_at), "carried_at",
			      explain_time(operation->carried_at), "start",
			      explain_time(operation->start_at)),
		    "%s %s: %s%s%s, %s; %s%s", operation_kind_name(operation->kind),
		    object ? object : "",
		    is_held	 ? "held back by the shrink guard"
		    : is_written ? "written"
				 : "not written",
		    lost ? ", since the file is not here any more or has changed: " : "",
		    lost ? lost : "", span_words(explain, operation),
		    operation->carried_at ? "carried on " : "not carried yet",
		    operation->carried_at ? explain_when(explain, operation->carried_at) : "");
}

static int say_operations(struct explain *explain, const struct view *view)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(explain->mem, explain->db, explain->mac, &operations, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		const char *name;

		r = firmware_operation_lost(explain->mem, explain->db, &operations[i], &name);
		say_operation(explain, view, &operations[i], r > 0 ? name : NULL);
	}
	return r < 0 ? r : 0;
}

static void say_document(struct explain *explain, const struct view *view,
			 const struct rendition *now, const struct rendition *has)
{
	bool is_same = has && strcmp(has->etag, now->etag) == 0;
	json_t *details = json_pack("{s:I, s:b, s:o}", "bytes", (json_int_t)now->document_len,
				    "unchanged", is_same, "until", explain_time(view->until_at));

	if (explain->is_admin)
		json_object_set_new(details, "etag", explain_text(now->etag));
	explain_say(explain, "document", EXPLAIN_OK, 0, details, "%zu bytes with %zu handsets%s",
		    now->document_len, view->document.handset_count,
		    is_same ? ", the same that it has"
		    : has   ? ", not those that it has"
			    : "");
}

/* A document that cannot be made leaves the device the one that it has. */
static void say_failed(struct explain *explain, const struct rendition *has, int r,
		       const char *words)
{
	if (has && admission_keeps_last(r)) {
		explain_say(explain, "document", EXPLAIN_HELD, r, NULL,
			    "it cannot be made (%s); the device gets what it has", words);
		return;
	}
	explain_refuse(explain, "document", r, "it cannot be made: %s", words);
}

/* What becomes of the document when it is asked for in files. */
static void say_file(struct explain *explain, const struct rendition *rendition)
{
	struct multi in = {.mac = explain->mac, .base = ""};
	struct buf *buf;
	int r;

	if (!explain->file || !rendition)
		return;
	in.document = rendition->document;
	in.len = rendition->document_len;
	r = multi_render(explain->mem, &in, explain->file, &buf);
	if (r < 0)
		explain_refuse(explain, "file", r,
			       "there is no %s: files of version 1.0 are made of the document of a "
			       "Maxwell, and firmware.xml of one with firmware",
			       explain->file);
	else
		explain_say(explain, "file", EXPLAIN_OK, 0, NULL, "%s is made of this document",
			    explain->file);
}

int explain_made(struct explain *explain, const struct device_fetch *fetch)
{
	struct rendition *has = NULL, *now;
	struct diag diag = {0};
	struct view *view;
	int r = say_rendition(explain, fetch, &has);

	if (r < 0)
		return r;
	if (r == 0)
		has = NULL;
	r = view_read(explain->mem, explain->db, explain->config, explain->mac, explain->at, &view);
	if (r < 0)
		return r;
	explain_gate(explain, view);
	say_interlock(explain, view);
	explain_choice(explain, view);
	r = rendition_make(explain->mem, view, true, &now, &diag);
	if (r < 0)
		say_failed(explain, has, r, diag_text(&diag, r));
	else
		say_document(explain, view, now, has);
	say_file(explain, r < 0 ? has : now);
	if (view->opers_left_out)
		explain_say(explain, "opers", EXPLAIN_HELD, 0, NULL,
			    "%zu opers are left out: they name handsets that are not there",
			    view->opers_left_out);
	if (fetch->capacity > 0 && view->document.handset_count > (size_t)fetch->capacity)
		explain_say(explain, "capacity", EXPLAIN_NOTE, 0,
			    json_pack("{s:I, s:I}", "handsets",
				      (json_int_t)view->document.handset_count, "capacity",
				      (json_int_t)fetch->capacity),
			    "%zu handsets, and the device says that it takes %lld",
			    view->document.handset_count, (long long)fetch->capacity);
	r = explain_handsets(explain);
	return r < 0 ? r : say_operations(explain, view);
}
