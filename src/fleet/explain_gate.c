/* SPDX-License-Identifier: MIT */
/* Schedules: which there are, what they say at that time, and what waits. */
#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "fleet/diff.h"
#include "fleet/explain.h"
#include "fleet/view.h"
#include "window/schedule.h"
#include "window/sentence.h"

enum { SHOWN = 10 };

static const char *sentence(struct explain *explain, const struct gate *gate)
{
	struct buf *buf = buf_new(explain->mem);

	if (gate->schedule)
		sentence_schedule(gate->schedule, buf);
	return buf->data;
}

static json_t *details(const struct explain *explain, const struct gate *gate)
{
	(void)explain;
	return json_pack("{s:o, s:s, s:o}", "schedule", explain_text(gate->name), "state",
			 gate->reason ? "closed" : "open", "next", explain_time(gate->next_at));
}

/* What would change, by name: values may be secrets. */
static const char *names_of(struct explain *explain, const struct view *view, json_t **ret)
{
	struct buf *words = buf_new(explain->mem);
	struct difference *all;
	size_t count;

	*ret = json_array();
	if (diff_documents(explain->mem, &view->document, view->waiting, false, &all, &count,
			   NULL) < 0)
		return "";
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(*ret, explain_text(all[i].name));
		if (i < SHOWN)
			buf_printf(words, "%s%s %s", i ? ", " : ": ", difference_change(&all[i]),
				   all[i].name);
	}
	if (count > SHOWN)
		buf_adds(words, ", and more");
	return words->data;
}

static void say_waiting(struct explain *explain, const struct view *view)
{
	json_t *what;
	const char *names = names_of(explain, view, &what);
	json_t *json = details(explain, &view->gate);

	json_object_set_new(json, "waits_at", explain_time(view->waits_at));
	json_object_set_new(json, "waits", what);
	explain_say(explain, "schedule", EXPLAIN_HELD, view->gate.reason, json,
		    "%s; what was changed waits since %s%s",
		    gate_words(explain->mem, explain->config, &view->gate),
		    explain_when(explain, view->waits_at), names);
}

static const char *open_words(struct explain *explain, const struct gate *gate)
{
	return mem_printf(explain->mem, "schedule %s (%s) is open until %s", gate->name,
			  sentence(explain, gate), explain_when(explain, gate->next_at));
}

/* Closed, and the device gets all there is. */
static const char *passed_words(const struct view *view)
{
	if (!view->fetch->provisioned_at || !view->released)
		return "the device has had no document yet and gets it at any time";
	return view->last ? "nothing waits"
			  : "the device has become another kind, and gets its "
			    "first document of that at any time";
}

static void say_firmware(struct explain *explain, const struct gate *gate)
{
	if (!gate->name)
		return;
	if (gate->reason)
		explain_say(explain, "firmware_schedule", EXPLAIN_HELD, gate->reason,
			    details(explain, gate), "%s; firmware is not there",
			    gate_words(explain->mem, explain->config, gate));
	else
		explain_say(explain, "firmware_schedule", EXPLAIN_OK, 0, details(explain, gate),
			    "%s", open_words(explain, gate));
}

void explain_gate(struct explain *explain, const struct view *view)
{
	const struct gate *gate = &view->gate;

	if (!gate->name)
		explain_say(explain, "schedule", EXPLAIN_OK, 0, NULL,
			    "always open: changes go out at once");
	else if (view->waiting)
		say_waiting(explain, view);
	else if (gate->reason)
		explain_say(explain, "schedule",
			    gate->reason == -E_SCHEDULE_UNKNOWN ? EXPLAIN_NOTE : EXPLAIN_OK,
			    gate->reason, details(explain, gate), "%s; %s",
			    gate_words(explain->mem, explain->config, gate), passed_words(view));
	else
		explain_say(explain, "schedule", EXPLAIN_OK, 0, details(explain, gate),
			    "%s: changes go out at once", open_words(explain, gate));
	say_firmware(explain, &view->firmware_gate);
}
