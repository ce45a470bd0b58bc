/* SPDX-License-Identifier: MIT */
/*
 * From rows to a document: one snapshot is read, settings are resolved along
 * the scopes, operations are taken by their times, the gate lets changes through
 * or not, and the interlocks decide whether it may be given.  Time enters only as `at`.
 */
#include "fleet/view.h"

#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "fleet/firmware.h"
#include "fleet/interlock.h"
#include "fleet/oper.h"
#include "fleet/part.h"
#include "fleet/operation.h"
#include "fleet/phone_schedule.h"
#include "fleet/schedule.h"
#include "fleet/scope.h"
#include "fleet/template.h"
#include "render/format.h"
#include "store/setting.h"

char *view_revision(void *mem, const struct device_revision *revision)
{
	return mem_printf(mem, "%d.%lld.%lld.%lld.%lld.%lld", RENDER_VERSION,
			  (long long)revision->fleet, (long long)revision->product,
			  (long long)revision->group, (long long)revision->sip,
			  (long long)revision->device);
}

static void param_add(void *mem, struct param **params, size_t *count,
		      const struct setting *setting)
{
	struct param *param = mem_push(mem, params, count);

	param->name = setting->name;
	param->value = setting->value;
	param->secret = setting->secret;
}

static int position_of(const struct document *document, int64_t sip_server_id)
{
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].id == sip_server_id)
			return document->servers[i].position;
	return -1;
}

static bool has_lines(const struct document *document)
{
	const struct product *product = product_find(document->product);

	return product && product->lines_max > 0;
}

/* The accounts of a device without handsets. */
static int read_lines(void *mem, struct db *db, struct document *document)
{
	struct line *lines;
	size_t count;
	int r = line_list(mem, db, document->mac, &lines, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		struct document_line *member =
			mem_push(mem, &document->lines, &document->line_count);

		member->line = &lines[i];
		member->provider = position_of(document, lines[i].sip_server_id);
	}
	return r;
}

static void split_settings(void *mem, struct document *document, const struct setting *settings,
			   size_t count, struct setting **ret_short, size_t *ret_short_count)
{
	const struct product *product = product_find(document->product);

	*ret_short = NULL;
	*ret_short_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (setting_is_ours(settings[i].name) ||
		    (product && !product_takes(product, settings[i].name)))
			continue;
		if (product_per_handset(NULL, settings[i].name))
			*mem_push(mem, ret_short, ret_short_count) = settings[i];
		else
			param_add(mem, &document->params, &document->param_count, &settings[i]);
	}
}

static int handset_params(void *mem, struct db *db, struct document_handset *member,
			  const struct setting *short_settings, size_t short_count)
{
	struct setting *settings;
	size_t count;
	int r = scope_overlay(mem, db, handset_scope(mem, member->handset), short_settings,
			      short_count, &settings, &count);

	for (size_t i = 0; i < count && r >= 0; i++)
		param_add(mem, &member->params, &member->param_count, &settings[i]);
	return r;
}

static int read_handsets(void *mem, struct db *db, struct document *document,
			 const struct setting *short_settings, size_t short_count)
{
	struct handset *handsets;
	struct line *lines;
	size_t count, line_count, l = 0;
	int r = handset_list(mem, db, document->mac, &handsets, &count);

	if (r == 0)
		r = line_list(mem, db, document->mac, &lines, &line_count);
	/* Both are in the order of slots. */
	for (size_t i = 0; i < count && r == 0; i++) {
		struct document_handset *member;

		/* It has moved, and the device that it comes from has not been told yet. */
		if (handsets[i].waits_mac)
			continue;
		member = mem_push(mem, &document->handsets, &document->handset_count);
		member->handset = &handsets[i];
		while (l < line_count && lines[l].slot < handsets[i].slot)
			l++;
		if (l < line_count && lines[l].slot == handsets[i].slot) {
			member->line = &lines[l];
			member->provider = position_of(document, lines[l].sip_server_id);
		}
		r = handset_params(mem, db, member, short_settings, short_count);
	}
	return r;
}

static int read_operations(void *mem, struct db *db, struct view *view)
{
	const struct product *product = product_find(view->document.product);
	struct operation *operations;
	size_t count;
	int r = operation_list(mem, db, view->document.mac, &operations, &count);

	for (size_t i = 0; i < count && r >= 0; i++) {
		int64_t edge = operation_edge(&operations[i], view->at);
		const char *lost;

		if (edge && (view->until_at == 0 || edge < view->until_at))
			view->until_at = edge;
		/* A link that leads nowhere would have the phone try it for days. */
		r = firmware_operation_lost(mem, db, &operations[i], &lost);
		if (r == 0 && operation_is_carried(product, operations[i].kind) &&
		    operation_is_written(&operations[i], view->at) &&
		    !operation_is_behind(&operations[i], operations, count, view->at))
			*mem_push(mem, &view->document.operations,
				  &view->document.operation_count) = operations[i];
	}
	return r < 0 ? r : 0;
}

/* A removal by absence is carried by DeleteNotProvisionedHS, and by nothing else. */
static void drop_absences(struct document *document)
{
	size_t kept = 0;

	for (size_t i = 0; i < document->operation_count; i++) {
		const struct operation *operation = &document->operations[i];

		if (operation->kind != OPERATION_REMOVE_HANDSET ||
		    operation->mode != OPERATION_ABSENCE || document->delete_not_provisioned)
			document->operations[kept++] = *operation;
	}
	document->operation_count = kept;
}

static int read_released(void *mem, struct db *db, struct view *view)
{
	struct released *released;
	int r = released_find(mem, db, view->document.mac, &released);

	view->released = r > 0 ? released : NULL;
	return r < 0 ? r : 0;
}

static int read_all(void *mem, struct db *db, const struct config *config, struct view *view)
{
	struct document *document = &view->document;
	struct setting *settings, *short_settings;
	size_t count, short_count;
	struct device *device;
	int r = device_get(mem, db, document->mac, &device);

	if (r == 0 && !device->product)
		r = -E_NO_PRODUCT;
	if (r == 0)
		r = device_fetch_find(mem, db, document->mac, &view->fetch);
	if (r >= 0)
		r = scope_resolve(mem, db, device, &settings, &count);
	if (r < 0)
		return r;
	document->product = device->product;
	split_settings(mem, document, settings, count, &short_settings, &short_count);
	r = sip_server_of_device(mem, db, document->mac, &document->servers,
				 &document->server_count);
	if (r == 0)
		r = template_resolve(mem, db, device, &document->template);
	if (r == 0 && has_lines(document))
		r = read_lines(mem, db, document);
	else if (r == 0)
		r = read_handsets(mem, db, document, short_settings, short_count);
	if (r == 0)
		r = oper_read(mem, db, document, &view->opers_left_out);
	if (r == 0)
		r = part_read(mem, db, document);
	if (r == 0)
		r = read_operations(mem, db, view);
	if (r == 0)
		r = read_released(mem, db, view);
	if (r == 0)
		r = firmware_choose(mem, db, config, view->fetch, settings, count, &view->firmware);
	if (r < 0)
		return r;
	view->revision = view_revision(mem, &view->fetch->revision);
	/* One or the other: what lies in a directory is decided when it is asked for. */
	document->firmware = view->firmware.directory ? NULL : view->firmware.firmware;
	document->firmware_directory = view->firmware.directory;
	if (gate_setting(settings, count, "firmware.version"))
		document->file_count = 0;
	firmware_point_operations(mem, config, view);
	phone_schedule_apply(mem, config, view, settings, count);
	view->gate.name = gate_setting(settings, count, schedule_config_name);
	view->firmware_gate.name = gate_setting(settings, count, schedule_firmware_name);
	gate_apply(mem, config, view);
	interlock_apply(mem, config, view);
	gate_settle(mem, view);
	drop_absences(document);
	return 0;
}

int view_read_forced(void *mem, struct db *db, const struct config *config, int64_t mac, int64_t at,
		     bool is_forced, struct view **ret)
{
	struct view *view = mem_new(mem, struct view);
	int r;

	view->document.mac = mac;
	view->at = at;
	view->is_forced = is_forced;
	r = read_all(mem, db, config, view);
	*ret = view;
	return r < 0 ? r : 0;
}

int view_read(void *mem, struct db *db, const struct config *config, int64_t mac, int64_t at,
	      struct view **ret)
{
	int r = db_snapshot_begin(db);

	if (r < 0)
		return r;
	r = view_read_forced(mem, db, config, mac, at, false, ret);
	db_snapshot_end(db);
	return r;
}
