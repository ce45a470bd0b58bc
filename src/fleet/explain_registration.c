/* SPDX-License-Identifier: MIT */
/* Where a phone would be sent, who else was told of it, and who was here when. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/explain.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "redirect/mirror.h"
#include "redirect/url.h"
#include "store/mac_id_failure.h"
#include "store/outbox.h"
#include "store/registration.h"
#include "store/seen.h"
#include "store/upstream_state.h"

enum { FETCHES_SHOWN = 3 };

static int say_upstream(struct explain *explain, const char *upstream)
{
	struct upstream_state *state = NULL;
	const char *name;
	int64_t waiting;
	int r = upstream_state_find(explain->mem, explain->db, upstream, explain->mac, &state);

	if (r >= 0)
		r = outbox_count_of(explain->db, upstream, explain->mac, &waiting);
	if (r < 0)
		return r;
	name = state ? state->state : "not told yet";
	explain_say(
		explain, "upstream",
		waiting || !state || strcmp(name, "refused") == 0 ? EXPLAIN_NOTE : EXPLAIN_OK, 0,
		json_pack("{s:s, s:s, s:I, s:o}", "upstream", upstream, "state", name, "waiting",
			  (json_int_t)waiting, "state_at", explain_time(state ? state->at : 0)),
		"mirrored on %s: %s%s%s%s%s", upstream, name,
		state && *state->answer ? ", it answered " : "",
		state && *state->answer ? state->answer : "", waiting ? "; " : "",
		waiting ? mem_printf(explain->mem, "%lld more to tell", (long long)waiting) : "");
	return 0;
}

static int say_mac_id(struct explain *explain)
{
	struct mac_id_failure failure;
	int r = mac_id_failure_find(explain->db, explain->mac, &failure);

	if (r <= 0)
		return r;
	if (failure.locked_until > explain->at)
		explain_say(explain, "mac_id", EXPLAIN_NOTE, -E_MAC_ID_LOCKED,
			    json_pack("{s:o}", "locked_until", explain_time(failure.locked_until)),
			    "after wrong MAC-ID suffixes nobody can register it anew until %s; the "
			    "phone itself does not mind",
			    explain_when(explain, failure.locked_until));
	else if (!failure.locked_until)
		explain_say(explain, "mac_id", EXPLAIN_NOTE, 0,
			    json_pack("{s:I}", "wrong_suffixes", (json_int_t)failure.failures),
			    "%lld wrong MAC-ID suffixes were tried, last on %s",
			    (long long)failure.failures, explain_when(explain, failure.last_at));
	return 0;
}

int explain_registration(struct explain *explain)
{
	struct registration *registration = NULL;
	const char *url;
	int r = registration_find(explain->mem, explain->db, explain->mac, &registration);

	if (r < 0)
		return r;
	if (!registration) {
		explain_say(explain, "registration",
			    explain->asks_where ? EXPLAIN_REFUSED : EXPLAIN_NOTE, -E_NOT_REGISTERED,
			    NULL,
			    "the MAC is not registered: a phone that asks where to go is refused");
		return say_mac_id(explain);
	}
	url = url_redact(explain->mem, registration->url);
	explain_say(explain, "registration", EXPLAIN_OK, 0,
		    json_pack("{s:s, s:o, s:o}", "provider", registration->provider, "url",
			      explain_text(url), "registered_at",
			      explain_time(registration->created_at)),
		    "registered by %s on %s for %s", registration->provider,
		    explain_when(explain, registration->created_at), url);
	for (size_t i = 0; i < explain->config->upstream_count && r >= 0; i++)
		if (mirror_provider(&explain->config->upstreams[i], registration->provider))
			r = say_upstream(explain, explain->config->upstreams[i].name);
	return r < 0 ? r : say_mac_id(explain);
}

static void say_fetch(struct explain *explain, const struct fetch *fetch)
{
	json_t *details = json_pack("{s:o, s:o, s:s, s:I}", "at", explain_time(fetch->at),
				    "address", explain_text(fetch->address), "revision",
				    fetch->revision, "operations", (json_int_t)fetch->operations);

	if (explain->is_admin)
		json_object_set_new(details, "etag", explain_text(fetch->etag));
	explain_say(explain, "fetch", EXPLAIN_OK, 0, details,
		    "on %s it fetched something new from %s%s", explain_when(explain, fetch->at),
		    fetch->address,
		    fetch->operations ? mem_printf(explain->mem, ", with %lld operations",
						   (long long)fetch->operations)
				      : "");
}

int explain_traces(struct explain *explain)
{
	struct seen *seen = NULL;
	struct fetch *fetches;
	size_t count;
	struct db *db;
	int r = fleet_seen_reader(&db);

	if (r == 0)
		r = seen_look(explain->mem, db, explain->mac, &seen);
	if (r >= 0)
		r = fetch_list(explain->mem, db, explain->mac, &fetches, &count);
	if (r < 0)
		return r;
	if (seen)
		explain_say(explain, "contact", EXPLAIN_OK, 0,
			    json_pack("{s:o, s:o, s:o, s:o}", "at", explain_time(seen->at),
				      "address", explain_text(seen->address), "user_agent",
				      explain_text(seen->user_agent), "redirected_at",
				      explain_time(seen->redirected_at)),
			    "last here on %s from %s%s%s%s", explain_when(explain, seen->at),
			    seen->address, seen->user_agent ? " (" : "",
			    seen->user_agent ? seen->user_agent : "", seen->user_agent ? ")" : "");
	else
		explain_say(explain, "contact", EXPLAIN_NOTE, 0, NULL, "it was never here");
	for (size_t i = 0; i < count && i < FETCHES_SHOWN; i++)
		say_fetch(explain, &fetches[i]);
	return 0;
}
