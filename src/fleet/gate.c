/* SPDX-License-Identifier: MIT */
#include "fleet/gate.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "fleet/view.h"
#include "render/format.h"
#include "store/mac.h"
#include "store/setting.h"
#include "window/schedule.h"
#include "window/window.h"

const char *gate_setting(const struct setting *settings, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	return NULL;
}

/* All windows that count have gone by since something began to wait, or the first of them is now. */
static bool is_late(const struct schedule *schedule, int64_t waits_at, int64_t at)
{
	int64_t first;

	return waits_at && window_next(schedule, waits_at, false, &first) && first <= at;
}

/* It is open: when its grace ends, or a blackout begins. */
static int64_t end_of(const struct schedule *schedule, const struct window *window, int64_t at)
{
	int64_t end = window->occurrence.close + schedule->grace;

	for (size_t i = 0; i < schedule->blackout_count; i++) {
		int64_t from = schedule->blackouts[i].from;

		if (from > at && from < end)
			end = from;
	}
	return end;
}

struct gate gate_judge(const struct config *config, const char *name, int64_t at, int64_t waits_at)
{
	const struct config_schedule *found = name ? config_schedule_find(config, name) : NULL;
	struct gate gate = {.name = name, .schedule = found ? &found->schedule : NULL};
	struct window window;
	bool late;

	if (!name)
		return gate;
	if (!found) {
		gate.reason = -E_SCHEDULE_UNKNOWN;
		return gate;
	}
	late = is_late(gate.schedule, waits_at, at);
	window = window_at(gate.schedule, at, late);
	if (window.state == WINDOW_OPEN) {
		gate.next_at = end_of(gate.schedule, &window, at);
		return gate;
	}
	gate.reason = window.state == WINDOW_BLACKOUT ? -E_BLACKOUT : -E_OUTSIDE_WINDOW;
	if (!window_next(gate.schedule, at, late, &gate.next_at))
		gate.next_at = 0;
	return gate;
}

static void bound(struct view *view, int64_t at)
{
	if (at && (view->until_at == 0 || at < view->until_at))
		view->until_at = at;
}

/* What was made for the device last: it has that, or may have it. */
static const struct document *last_of(const struct released *released)
{
	if (!released)
		return NULL;
	return released->offered ? released->offered : released->given;
}

/* A document of another format is for another device in the old one's place. */
static bool is_comparable(const struct document *a, const struct document *b)
{
	const struct product *before = product_find(a->product);
	const struct product *now = product_find(b->product);

	return before && now && before->format == now->format;
}

static void drop_firmware(struct document *document)
{
	document->firmware = NULL;
	document->file_count = 0;
}

/* Of no interest, and no reason to make the document again, when there is none. */
static void apply_firmware(const struct config *config, struct view *view)
{
	struct gate *gate = &view->firmware_gate;

	*gate = gate_judge(config, gate->name, view->at, 0);
	if (!gate->name || (!view->document.firmware && !view->document.file_count))
		return;
	if (gate->reason)
		drop_firmware(&view->document);
	bound(view, gate->next_at);
}

void gate_apply(void *mem, const struct config *config, struct view *view)
{
	const struct document *base = last_of(view->released);
	struct document *wanted;

	apply_firmware(config, view);
	view->gate = gate_judge(config, view->gate.name, view->at,
				view->released ? view->released->waits_at : 0);
	if (!view->gate.reason || view->is_forced || !base || !view->fetch->provisioned_at ||
	    !is_comparable(base, &view->document))
		return;
	wanted = mem_memdup(mem, &view->document, sizeof(view->document));
	gate_reduce(mem, base, wanted, view->released->given_at, &view->document);
	if (view->firmware_gate.name) {
		view->document.firmware = wanted->firmware;
		view->document.files = wanted->files;
		view->document.file_count = wanted->file_count;
	}
	view->waiting = wanted;
	view->last = base;
}

static bool has_absence(const struct document *document)
{
	for (size_t i = 0; i < document->operation_count; i++)
		if (document->operations[i].kind == OPERATION_REMOVE_HANDSET &&
		    document->operations[i].mode == OPERATION_ABSENCE)
			return true;
	return false;
}

/* That DeleteNotProvisionedHS appears is a change; but a removal may have to be carried by it. */
static void settle_absence(struct view *view, struct document *waiting)
{
	bool may = view->document.delete_not_provisioned;

	waiting->delete_not_provisioned = may;
	view->document.delete_not_provisioned =
		may && (view->last->delete_not_provisioned || has_absence(&view->document));
}

void gate_settle(void *mem, struct view *view)
{
	struct document *waiting;

	if (view->firmware_gate.reason)
		drop_firmware(&view->document);
	if (!view->waiting)
		return;
	waiting = mem_memdup(mem, view->waiting, sizeof(*waiting));
	view->waiting = waiting;
	settle_absence(view, waiting);
	if (gate_is_same(waiting, view->wanted ? view->wanted : &view->document)) {
		view->waiting = NULL;
		return;
	}
	view->waits_at = view->released->waits_at ? view->released->waits_at : view->at;
	bound(view, view->gate.next_at);
}

const char *gate_words(void *mem, const struct config *config, const struct gate *gate)
{
	const char *until = "and it does not open within three years";

	if (!gate->reason)
		return NULL;
	if (gate->reason == -E_SCHEDULE_UNKNOWN)
		return mem_printf(mem,
				  "the configuration has no schedule %s, which is taken for "
				  "closed",
				  gate->name);
	if (gate->next_at)
		until = mem_printf(mem, "until %s",
				   zone_tell(mem, config->daemon.timezone, gate->next_at));
	return mem_printf(mem, "%s of schedule %s %s",
			  gate->reason == -E_BLACKOUT ? "in a blackout" : "outside the window",
			  gate->name, until);
}

const char *gate_notice(void *mem, const struct config *config, const struct view *view)
{
	char mac[MAC_LEN + 1];

	if (!view->waiting)
		return NULL;
	mac_format(view->document.mac, mac);
	return mem_printf(mem, "changes wait since %s: it is %s; at once: gigaprovctl release %s",
			  zone_tell(mem, config->daemon.timezone, view->waits_at),
			  gate_words(mem, config, &view->gate), mac);
}
