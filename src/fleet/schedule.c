/* SPDX-License-Identifier: MIT */
#include "fleet/schedule.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/scope.h"
#include "fleet/seen.h"
#include "fleet/view.h"
#include "render/format.h"
#include "store/device.h"
#include "store/seen.h"
#include "store/setting.h"
#include "window/due.h"

const char schedule_config_name[] = "schedule.config";
const char schedule_firmware_name[] = "schedule.firmware";

static const char *const names[] = {schedule_config_name, schedule_firmware_name};

int planned_find(void *mem, struct db *db, const struct config *config, const struct device *device,
		 const char *name, struct planned *ret)
{
	const char *scopes[DEVICE_SCOPES_MAX];
	size_t count = scope_of_device(mem, device, scopes);
	const struct config_schedule *section;
	struct setting *setting = NULL;
	int r = 0;

	*ret = (struct planned){.setting = strcmp(name, schedule_firmware_name) == 0
						   ? schedule_firmware_name
						   : schedule_config_name};
	for (size_t i = count; i > 0 && r == 0; i--) {
		r = setting_find(mem, db, scopes[i - 1], name, &setting);
		if (r > 0)
			ret->scope = scopes[i - 1];
	}
	if (r <= 0)
		return r;
	ret->name = setting->value ? setting->value : "";
	section = config_schedule_find(config, ret->name);
	ret->schedule = section ? &section->schedule : NULL;
	return 0;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* A fetch that proved something is on disk; those that came after it may be in a map still. */
static int served_at(void *mem, struct db *db, struct db *seen, const struct device *device,
		     int64_t *ret)
{
	const struct product *product = product_find(device->product);
	struct device_fetch *fetch;
	struct seen *trace;
	int64_t at = seen_peek_served(device->mac);
	int r = device_fetch_find(mem, db, device->mac, &fetch);

	if (r > 0 && !fetch->rendition_waits_at)
		at = later(at, fetch->rendition_given_at);
	if (r >= 0)
		r = seen_find(mem, seen, device->mac, &trace);
	if (r < 0)
		return r;
	if (r > 0) {
		at = later(at, trace->served_at);
		/* It is talked to, and fetches nothing. */
		if (product && product->format->trigger->way == TRIGGER_CONTACT_ME)
			at = later(at, trace->at);
	}
	*ret = at;
	return 0;
}

/* Whether it is told of firmware that it does not run. */
static bool lacks_firmware(void *mem, struct db *db, const struct config *config,
			   const struct device *device, int64_t now)
{
	struct view *view;

	return view_read(mem, db, config, device->mac, now, &view) == 0 &&
	       view->firmware.firmware != NULL;
}

int planned_due(void *mem, struct db *db, struct db *seen, const struct config *config,
		const struct device *device, const struct planned *planned, int64_t now,
		struct due *ret)
{
	struct due_state state = {.enrolled_at = device->created_at};
	int64_t at;
	int r;

	if (!planned->schedule)
		return 0;
	r = served_at(mem, db, seen, device, &at);
	if (r < 0)
		return r;
	if (at && planned->setting == schedule_firmware_name &&
	    lacks_firmware(mem, db, config, device, now))
		at = 0;
	if (at) {
		state.has_run = true;
		state.run_day = due_run_day(planned->schedule, at);
	}
	return due_next(planned->schedule, (uint64_t)device->mac, now, &state, ret);
}

static int unknown(struct change *change, const char *name)
{
	struct buf *known = buf_new(change->mem);

	config_schedule_names(change->config, known);
	if (!known->len)
		return diag_set(change->diag, -E_SCHEDULE_UNKNOWN,
				"there is no schedule '%s'; the configuration has none: write a "
				"section [schedule NAME]",
				name);
	return diag_set(change->diag, -E_SCHEDULE_UNKNOWN,
			"there is no schedule '%s'; the configuration has %s", name, known->data);
}

int schedule_setting_check(struct change *change, const struct scope *scope,
			   const struct setting_new *new)
{
	bool known = false;

	if (strncmp(new->name, "schedule.", 9) != 0)
		return 0;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		known |= strcmp(new->name, names[i]) == 0;
	if (!known)
		return diag_set(change->diag, -E_SETTING_NAME,
				"settings of schedules are schedule.config and schedule.firmware");
	if (scope->kind == SCOPE_HANDSET)
		return diag_set(change->diag, -E_SCOPE,
				"a handset has no schedule of its own; its device has");
	if (new->secret)
		return diag_set(change->diag, -E_VALUE, "%s is no secret", new->name);
	if (change->config && !config_schedule_find(change->config, new->value))
		return unknown(change, new->value);
	return 0;
}

static int missing_of(void *mem, struct db *db, const struct config *config, const char *name,
		      const char ***ret, size_t *ret_count)
{
	const char **values, *scope;
	size_t count;
	int r = setting_values(mem, db, name, &values, &count);

	for (size_t i = 0; r >= 0 && i < count; i++) {
		if (config_schedule_find(config, values[i]))
			continue;
		r = setting_scope_of(mem, db, name, values[i], &scope);
		if (r > 0)
			*mem_push(mem, ret, ret_count) = mem_printf(
				mem,
				"%s is %s in %s and perhaps elsewhere, and the configuration has "
				"no [schedule %s]: changes wait until it is there, or the setting "
				"is another one",
				name, values[i], scope, values[i]);
	}
	return r < 0 ? r : 0;
}

int schedule_missing(void *mem, struct db *db, const struct config *config, const char ***ret,
		     size_t *ret_count)
{
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	for (size_t i = 0; r == 0 && i < COUNT_OF(names); i++)
		r = missing_of(mem, db, config, names[i], ret, ret_count);
	return r;
}
