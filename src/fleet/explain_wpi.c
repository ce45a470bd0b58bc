/* SPDX-License-Identifier: MIT */
/* What a desk phone would be answered if it booted: the same functions, with words. */
#include <string.h>

#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "fleet/explain.h"
#include "fleet/rendition.h"
#include "fleet/wpi_plan.h"
#include "render/format.h"
#include "store/wpi_phone.h"

enum { NAMES_MAX = 8, REFUSED_MAX = 50 };

static void say_phone(struct explain *explain, const struct wpi_phone *phone)
{
	json_t *details;

	if (!phone->reason) {
		explain_say(explain, "contact", EXPLAIN_NOTE, 0, NULL,
			    "it has never called: it needs this server's address by DHCP or in its "
			    "menu");
		return;
	}
	details = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reason", explain_text(phone->reason), "at",
		explain_time(phone->contacted_at), "address", explain_text(phone->address),
		"device_type", explain_text(phone->device_type), "software_version",
		explain_text(phone->software_version), "contact_me_uri",
		explain_text(phone->contact_me_uri), "ended", explain_text(phone->outcome));
	explain_say(explain, "contact", EXPLAIN_OK, 0, details,
		    "it called last on %s (%s), from %s, running %s; %s",
		    explain_when(explain, phone->contacted_at), phone->reason, phone->address,
		    phone->software_version ? phone->software_version : "it does not say what",
		    phone->outcome ? mem_printf(explain->mem, "that ended as %s", phone->outcome)
				   : "nobody has seen that end");
}

static void say_refused(struct explain *explain, const struct wpi_plan *plan)
{
	size_t said = 0;

	for (size_t i = 0; i < plan->count && said < REFUSED_MAX; i++) {
		const struct wpi_wanted *wanted = plan->items[i].wanted;

		if (plan->items[i].verdict != WPI_REFUSED)
			continue;
		said++;
		explain_say(explain, "refused", EXPLAIN_HELD, -E_WPI_REFUSED,
			    json_pack("{s:o, s:o, s:o}", "item",
				      explain_text(item_text(explain->mem, wanted->item.name,
							     wanted->item.index)),
				      "status", explain_text(wanted->row->status), "at",
				      explain_time(wanted->row->refused_at)),
			    "%s: the phone said '%s' on %s, and is not asked again",
			    item_text(explain->mem, wanted->item.name, wanted->item.index),
			    wanted->row->status, explain_when(explain, wanted->row->refused_at));
	}
}

static void say_verdict(struct explain *explain, const struct wpi_plan *plan,
			enum wpi_item_verdict verdict, int reason, const char *words)
{
	if (plan->of[verdict] == 0)
		return;
	explain_say(explain, wpi_verdict_name(verdict), reason ? EXPLAIN_HELD : EXPLAIN_OK, reason,
		    json_pack("{s:I}", "items", (json_int_t)plan->of[verdict]), "%zu items %s: %s",
		    plan->of[verdict], words,
		    wpi_plan_names(explain->mem, plan, verdict, NAMES_MAX));
}

/* Whether it may say that nothing was changed at it, and be believed. */
static bool may_be_unchanged(const struct explain *explain, const struct wpi_plan *plan)
{
	int64_t hours = explain->config->wpi.unchanged_hours;

	return hours > 0 && plan->told_at && explain->at - plan->told_at <= hours * 3600 &&
	       plan->of[WPI_VAIN] == 0;
}

static void say_answer(struct explain *explain, const struct wpi_plan *plan)
{
	json_t *details =
		json_pack("{s:I, s:I, s:o}", "items", (json_int_t)plan->count, "written",
			  (json_int_t)plan->of[WPI_GETS], "told_at", explain_time(plan->told_at));

	if (plan->of[WPI_GETS] == 0 && may_be_unchanged(explain, plan))
		explain_say(
			explain, "dialogue", EXPLAIN_OK, 0, details,
			"a start-up is answered by CleanUp, if it says that nothing was changed "
			"at it, else by ReadAllItems");
	else if (plan->of[WPI_GETS] == 0)
		explain_say(explain, "dialogue", EXPLAIN_OK, 0, details,
			    "a start-up is answered by ReadAllItems, and then by CleanUp, if it "
			    "tells what it told last");
	else if (plan->told_at)
		explain_say(explain, "dialogue", EXPLAIN_OK, 0, details,
			    "a start-up is answered by ReadAllItems, and then by WriteItems with "
			    "%zu items, if it tells what it told last",
			    plan->of[WPI_GETS]);
	else
		explain_say(explain, "dialogue", EXPLAIN_OK, 0, details,
			    "a start-up is answered by ReadAllItems, and then by WriteItems with "
			    "what differs of %zu items",
			    plan->of[WPI_GETS]);
}

static void say_plan(struct explain *explain, const struct wpi_plan *plan)
{
	if (plan->told_at)
		explain_say(explain, "told", EXPLAIN_OK, 0,
			    json_pack("{s:I, s:o}", "items", (json_int_t)plan->told_count, "at",
				      explain_time(plan->told_at)),
			    "it told %zu items on %s; %zu of %zu that it is to have were as they "
			    "should be, %zu were written then or later",
			    plan->told_count, explain_when(explain, plan->told_at),
			    plan->of[WPI_HAS], plan->count, plan->of[WPI_TOOK]);
	else
		explain_say(explain, "told", EXPLAIN_NOTE, 0, NULL,
			    "it has never told its items; %zu are wanted", plan->count);
	say_refused(explain, plan);
	say_verdict(explain, plan, WPI_KEPT, -E_WPI_KEPT, "were changed at the phone and stay");
	say_verdict(explain, plan, WPI_VAIN, -E_WPI_VAIN,
		    "were written often enough for now, and the phone tells others");
	say_verdict(explain, plan, WPI_GETS, 0, "would be written");
	say_answer(explain, plan);
}

static int say_items(struct explain *explain, const struct wpi_phone *phone)
{
	struct rendition *rendition;
	struct wpi_plan plan;
	struct diag diag = {0};
	struct view *view;
	int r = view_read(explain->mem, explain->db, explain->config, explain->mac, explain->at,
			  &view);

	if (r < 0)
		return r;
	explain_gate(explain, view);
	if (view->notice)
		explain_say(explain, "guard", EXPLAIN_HELD, 0, NULL, "%s", view->notice);
	r = rendition_make(explain->mem, view, false, &rendition, &diag);
	if (r == 0)
		r = wpi_plan_read(explain->mem, explain->db, explain->config, view,
				  phone->software_version, explain->at, &plan, &diag);
	if (r < 0)
		explain_refuse(explain, "items", r,
			       "what it is to have cannot be told, so it keeps what it has: %s",
			       diag_text(&diag, r));
	else
		say_plan(explain, &plan);
	return 0;
}

/* Where it comes from is where it last called from, unless somebody says otherwise. */
static void use_address(struct explain *explain, const struct wpi_phone *phone)
{
	struct net_address *from = mem_new(explain->mem, struct net_address);

	if (!explain->from && phone->address && net_address_parse(phone->address, from))
		explain->from = from;
}

static bool is_served(const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].planes & PLANE_WPI)
			return true;
	return false;
}

int explain_wpi(struct explain *explain)
{
	struct wpi_phone *phone = NULL;
	int r = wpi_phone_find(explain->mem, explain->db, explain->mac, &phone);

	if (r <= 0)
		return r;
	explain_say(explain, "device", EXPLAIN_OK, 0,
		    json_pack("{s:o}", "product", explain_text(phone->product)),
		    "a desk phone (%s), which is provisioned by a dialogue", phone->product);
	if (!is_served(explain->config))
		explain_refuse(explain, "route", -E_WPI_NOT_SERVED,
			       "no listener serves wpi, so it cannot call");
	if (phone->locked_at)
		explain_refuse(explain, "lock", -E_MAC_LOCKED,
			       "the device was locked on %s: whatever it says is answered by "
			       "CleanUp, as if nobody knew it",
			       explain_when(explain, phone->locked_at));
	say_phone(explain, phone);
	use_address(explain, phone);
	r = explain_wpi_trust(explain);
	if (r == 0)
		r = say_items(explain, phone);
	if (r == 0)
		r = explain_orders(explain);
	if (r == 0)
		r = explain_traces(explain);
	if (!explain->reason)
		explain->status = 200;
	return r;
}
