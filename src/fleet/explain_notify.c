/* SPDX-License-Identifier: MIT */
/* How a device is told to fetch, and what came of the last time. */
#include "base/error.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/explain.h"
#include "fleet/fleet.h"
#include "fleet/notify.h"
#include "render/format.h"
#include "store/device.h"
#include "store/notify.h"

static const char *const ways[] = {
	[TRIGGER_SIP] = "sip",
	[TRIGGER_CONTACT_ME] = "contact_me",
	[TRIGGER_POLL] = "poll",
};

static const char *way_words(struct explain *explain, const struct notify_target *target)
{
	switch (target->way) {
	case TRIGGER_SIP:
		return mem_printf(explain->mem, "it is told to fetch by SIP NOTIFY %s to %s%s",
				  target->event, target->uri,
				  target->tcp ? " over TCP" : " over UDP");
	case TRIGGER_CONTACT_ME:
		return target->address ? mem_printf(explain->mem,
						    "it is told to call in by a contact-me to %s",
						    target->address)
				       : "it is told to call in by a contact-me, and was never "
					 "here: nobody knows where to send it";
	case TRIGGER_POLL:
		break;
	}
	return "it is not told to fetch: it asks when it wants to";
}

static const char *last_words(struct explain *explain, const struct notify *last)
{
	enum notify_outcome outcome;
	const char *came = "";

	if (!last || notify_outcome_parse(last->outcome, &outcome) < 0)
		return "; it was never told";
	if (last->fetched_at)
		came = mem_printf(explain->mem, ", and it fetched %lld s after that",
				  (long long)(last->fetched_at - last->sent_at));
	else if (outcome == NOTIFY_ACCEPTED)
		came = ", and it has not fetched since";
	return mem_printf(explain->mem, "; last told on %s: %s%s%s%s",
			  explain_when(explain, last->sent_at), notify_outcome_words(outcome),
			  last->words ? ": " : "", last->words ? last->words : "", came);
}

static json_t *details(const struct notify_target *target, const struct notify *last)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "way", ways[target->way], "uri",
			 explain_text(target->uri), "event", explain_text(target->event), "sent_at",
			 explain_time(last ? last->sent_at : 0), "last",
			 explain_text(last ? last->outcome : NULL), "status",
			 last && last->status ? json_integer(last->status) : json_null(),
			 "fetched_at", explain_time(last ? last->fetched_at : 0));
}

int explain_notify(struct explain *explain, const struct device_fetch *fetch)
{
	struct notify_target target;
	struct notify *last = NULL;
	struct diag diag = {0};
	struct db *seen;
	int r, found = fleet_seen_reader(&seen);

	if (found == 0)
		found = notify_find(explain->mem, seen, fetch->mac, &last);
	if (found < 0)
		return found;
	/* Where nobody is told, that is the same for all of them. */
	if (fetch->locked_at || !product_find(fetch->product) || !explain->config->sip.notify)
		return 0;
	r = notify_target_read(explain->mem, explain->db, seen, explain->config, fetch->mac, false,
			       &target, &diag);
	if (r < 0 && error_status(r) >= 500)
		return r;
	explain_say(explain, "notify", r < 0 ? EXPLAIN_NOTE : EXPLAIN_OK, r, details(&target, last),
		    "%s%s",
		    r < 0 ? mem_printf(explain->mem, "it cannot be told to fetch: %s",
				       diag_text(&diag, r))
			  : way_words(explain, &target),
		    target.way == TRIGGER_POLL ? "" : last_words(explain, last));
	return 0;
}
