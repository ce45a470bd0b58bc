/* SPDX-License-Identifier: MIT */
#include "fleet/operation.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/lifecycle.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "store/device.h"

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	REGISTRATION_MAX = 7 * DAY,
	FIRMWARE_WRITTEN = 7 * DAY,
	TIME_MIN = 1000000000, /* 2001 */
	DM_NAME_MAX = 64,
	DM_PASSWORD_MAX = 64,
	URL_MAX = 1024,
	START_NOW = 1,
};

static const int64_t time_max = 4102444800; /* 2100 */

static int time_check(struct change *change, int64_t at)
{
	if (at < TIME_MIN || at > time_max)
		return diag_set(change->diag, -E_TIME,
				"start is a time in UNIX seconds, between 2001 and 2100");
	return 0;
}

bool operation_is_carried(const struct product *product, enum operation_kind kind)
{
	const char *format = product ? product->format->name : "nx70";

	/* A removal is over once the device has asked for anything, whatever it has become. */
	return kind == OPERATION_REMOVE_HANDSET || strcmp(format, "nx70") == 0 ||
	       (strcmp(format, "xstim") == 0 && kind == OPERATION_FIRMWARE);
}

/* What would wait for ever is refused, with the way that there is. */
static int carried_check(struct change *change, const struct device *device,
			 enum operation_kind kind)
{
	const struct product *product = product_find(device->product);

	if (operation_is_carried(product, kind))
		return 0;
	if (kind == OPERATION_OPEN_REGISTRATION)
		return diag_set(change->diag, -E_OPERATION_KIND,
				"documents of a %s open no DECT registration window",
				product->what);
	return diag_set(change->diag, -E_OPERATION_KIND,
			"documents of a %s order no firmware for a time; %s", product->what,
			product->format->trigger->way == TRIGGER_CONTACT_ME
				? "gigaprovctl wpi firmware does"
				: "the setting firmware.version tells it what to run, "
				  "schedule.firmware when");
}

bool operation_is_written(const struct operation *operation, int64_t at)
{
	return operation->from_at <= at && (operation->until_at == 0 || at < operation->until_at);
}

int64_t operation_edge(const struct operation *operation, int64_t at)
{
	if (operation->from_at > at)
		return operation->from_at;
	return operation->until_at > at ? operation->until_at : 0;
}

int64_t operation_end(const struct operation *operation, int64_t at)
{
	switch (operation->kind) {
	case OPERATION_REMOVE_HANDSET:
		return at + (operation->mode == OPERATION_DELETE       ? HOUR
			     : operation->mode == OPERATION_DEREGISTER ? DAY
								       : 0);
	case OPERATION_OPEN_REGISTRATION:
		/* RegStart=1 would open the window again with every fetch. */
		return operation->start_at == START_NOW ? at : 0;
	case OPERATION_FIRMWARE:
		break;
	}
	return 0;
}

static json_t *shown(const struct operation *operation)
{
	return json_pack("{s:s, s:o, s:I, s:I, s:o, s:o, s:o}", "kind",
			 operation_kind_name(operation->kind), "dm", audit_string(operation->dm),
			 "start", (json_int_t)operation->start_at, "duration",
			 (json_int_t)operation->duration, "url", audit_string(operation->url),
			 "ipui", operation->ipui[0] ? json_string(operation->ipui) : json_null(),
			 "password", audit_secret(operation->password));
}

static char *object_of(struct change *change, const struct operation *operation)
{
	return mem_printf(change->mem, "%s operation:%lld",
			  scope_device(change->mem, operation->mac), (long long)operation->id);
}

static int window_check(struct change *change, const struct operation_new *new)
{
	int r;

	if (new->start_at == START_NOW && !new->force)
		return diag_set(change->diag, -E_TIME,
				"RegStart=1 opens the window with every fetch; give a time "
				"(--start now makes one), or say --force for a single fetch");
	if (new->start_at != START_NOW && (r = time_check(change, new->start_at)) < 0)
		return r;
	if (new->duration == 0)
		return diag_set(change->diag, -E_FIELD_MISSING,
				"how long is the window to stay open? duration (--duration) is 1 "
				"to %d seconds",
				REGISTRATION_MAX);
	if (new->duration < 1 || new->duration > REGISTRATION_MAX)
		return diag_set(change->diag, -E_VALUE, "duration is 1 to %d seconds",
				REGISTRATION_MAX);
	if (new->url)
		return diag_set(change->diag, -E_VALUE, "url belongs to firmware");
	if (!new->password)
		return 0;
	if (strcmp(secret_reveal(new->password), "Gigaset") == 0 && !new->force)
		return -E_DM_PASSWORD;
	return text_check_line(secret_reveal(new->password), DM_PASSWORD_MAX);
}

static int firmware_check(struct change *change, const struct operation_new *new)
{
	int r = time_check(change, new->start_at);

	if (r < 0)
		return r;
	if (!new->url || text_check_line(new->url, URL_MAX) < 0 ||
	    (strncmp(new->url, "http://", 7) != 0 && strncmp(new->url, "https://", 8) != 0))
		return diag_set(change->diag, -E_URL_SCHEME,
				"url is the http or https URL of a firmware file");
	if (new->duration || new->password)
		return diag_set(change->diag, -E_VALUE,
				"duration and password belong to open_registration");
	return 0;
}

static bool is_window(const struct operation *operation, const char *dm)
{
	return operation->kind == OPERATION_OPEN_REGISTRATION && strcmp(operation->dm, dm) == 0;
}

/* Of a window without a time, RegStart=1, nobody knows when it will be open. */
static bool overlaps(const struct operation *a, const struct operation *b)
{
	if (a->start_at == START_NOW || b->start_at == START_NOW)
		return true;
	return a->start_at < b->until_at && b->start_at < a->until_at;
}

/* A manager has one window at a time. */
static int overlap_check(struct change *change, const struct operation *new)
{
	struct operation *operations;
	size_t count;
	int r = operation_list(change->mem, change->db, new->mac, &operations, &count);

	for (size_t i = 0; i < count && r == 0; i++) {
		const struct operation *other = &operations[i];

		if (!is_window(other, new->dm) || !overlaps(other, new) ||
		    (other->until_at && other->until_at <= new->created_at))
			continue;
		r = diag_set(change->diag, -E_WINDOW,
			     "operation %lld opens manager '%s' at that time already; withdraw it "
			     "first (operation remove), or take another time",
			     (long long)other->id, new->dm);
	}
	return r;
}

bool operation_is_behind(const struct operation *operation, const struct operation *operations,
			 size_t count, int64_t at)
{
	if (operation->kind != OPERATION_OPEN_REGISTRATION)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct operation *other = &operations[i];

		if (is_window(other, operation->dm) && operation_is_written(other, at) &&
		    (other->start_at < operation->start_at ||
		     (other->start_at == operation->start_at && other->id < operation->id)))
			return true;
	}
	return false;
}

int fleet_operation_add(struct change *change, int64_t mac, const struct operation_new *new,
			int64_t *ret_id)
{
	bool firmware = new->kind == OPERATION_FIRMWARE;
	struct operation operation = {
		.mac = mac,
		.kind = new->kind,
		.dm = new->dm ? new->dm : "local",
		.start_at = new->start_at,
		.duration = new->duration,
		.password = new->password,
		.url = new->url,
	};
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0 && new->kind == OPERATION_REMOVE_HANDSET)
		r = diag_set(change->diag, -E_OPERATION_KIND,
			     "remove_handset is made by: gigaprovctl handset remove");
	if (r == 0)
		r = carried_check(change, device, new->kind);
	if (r == 0)
		r = text_check_line(operation.dm, DM_NAME_MAX);
	if (r == 0)
		r = firmware ? firmware_check(change, new) : window_check(change, new);
	if (r < 0)
		return r;
	operation.created_at = clock_now();
	operation.from_at = operation.created_at;
	if (firmware)
		operation.until_at = new->start_at + FIRMWARE_WRITTEN;
	else if (new->start_at != START_NOW)
		operation.until_at = new->start_at + new->duration;
	if (operation.until_at && operation.until_at <= operation.created_at)
		return diag_set(change->diag, -E_TIME, "that time has passed");
	r = firmware ? 0 : overlap_check(change, &operation);
	if (r == 0)
		r = operation_insert(change->db, &operation);
	if (r == 0)
		r = operation_forget(change->db, operation.created_at - GONE_KEPT);
	if (r == 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	*ret_id = operation.id;
	return fleet_audit(change, "operation.add", object_of(change, &operation), NULL,
			   shown(&operation));
}

int fleet_operation_remove(struct change *change, int64_t mac, int64_t id)
{
	struct operation *operations;
	struct operation *found = NULL;
	struct device *device;
	size_t count;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = operation_list(change->mem, change->db, mac, &operations, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if (operations[i].id == id)
			found = &operations[i];
	if (!found)
		return -E_OPERATION_UNKNOWN;
	r = operation_delete(change->db, mac, id);
	/* A removal that will not be carried holds nobody back. */
	if (r >= 0)
		r = lifecycle_release(change->mem, change->db, mac, false);
	if (r >= 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "operation.remove", object_of(change, found), shown(found),
			   NULL);
}
