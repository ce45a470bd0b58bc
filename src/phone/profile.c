/* SPDX-License-Identifier: MIT */
/*
 * GET of a document.
 *
 * On the connection's thread: a profile from the cache that is known to be
 * current, or one keyed read that shows that the stored rendition is.  Anything
 * else goes to a worker (render.c).  A profile is known to be current while the
 * writer's generation stands still and no operation has begun or ended.
 */
#include "phone/profile.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/secret.h"
#include "fleet/admission.h"
#include "fleet/fleet.h"
#include "fleet/rendition.h"
#include "fleet/seen.h"
#include "fleet/watch.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/agent.h"
#include "phone/multi.h"
#include "phone/proof.h"
#include "phone/render.h"
#include "http/scan.h"

int phone_mac(const struct request *req, int64_t *ret)
{
	const char *text = request_param(req, "mac");

	if (!text)
		text = request_query(req, "mac");
	return text && mac_parse(text, ret) == 0 ? 0 : -E_BARE_NAME;
}

static void given_done(void *arg, int result)
{
	struct profile *profile = arg;

	/* What did not reach the disk is offered as new again. */
	if (result < 0)
		profile->given = false;
	profile_unref(profile);
}

void phone_give(struct request *req, struct profile *profile)
{
	const char *file = multi_file(req);
	int64_t now = clock_now();
	bool is_document = strcmp(request_method_name(req), "HEAD") != 0 &&
			   (!file || multi_is_configuration(file));

	counter_add(M_FETCH, 1);
	if (file)
		multi_reply(req, profile, file);
	else
		reply_prepared(req, profile->reply);
	if (is_document && !profile->waits)
		seen_note_served(profile->mac, now, request_address(req),
				 request_header(req, "User-Agent"));
	else
		seen_note(profile->mac, now, request_address(req),
			  request_header(req, "User-Agent"));
	watch_note(profile->mac);
	agent_note(req, profile);
	if (!is_document || profile->given || atomic_exchange(&profile->given, true))
		return;
	if (seen_evidence(profile->mac, now, request_address(req), prepared_etag(profile->reply),
			  profile->revision, given_done, profile_ref(profile)) < 0)
		given_done(profile, -1);
}

static bool is_current(const struct profile *profile)
{
	return profile->generation == writer_generation(fleet_writer()) &&
	       (profile->until_at == 0 || clock_now() < profile->until_at);
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Nothing of what the device has, gets or must prove has changed since. */
static bool is_unchanged(const struct profile *profile, const struct device_fetch *fetch)
{
	return is_same(profile->revision, fetch->rendition_revision) &&
	       is_same(prepared_etag(profile->reply), fetch->rendition_etag) &&
	       profile->until_at == fetch->rendition_until_at && profile->given &&
	       fetch->rendition_given_at && profile->waits == (fetch->rendition_waits_at != 0) &&
	       profile->fetch.locked_at == fetch->locked_at &&
	       secret_equals(profile->fetch.secret, fetch->secret) &&
	       is_same(profile->fetch.user_name, fetch->user_name) &&
	       secret_equals(profile->fetch.user_password, fetch->user_password) &&
	       is_same(profile->fetch.url, fetch->url);
}

/* A profile of the stored rendition, with the bytes of `old` where they are the same. */
static int profile_load(void *mem, const struct device_fetch *fetch, struct profile *old,
			uint64_t generation, struct db *db, struct profile **ret)
{
	struct rendition *rendition;
	struct prepared *reply;
	int r;

	if (old && is_unchanged(old, fetch)) {
		old->generation = generation;
		*ret = profile_ref(old);
		return 1;
	}
	if (old && strcmp(prepared_etag(old->reply), fetch->rendition_etag) == 0) {
		reply = prepared_ref(old->reply);
	} else {
		r = rendition_find(mem, db, fetch->mac, &rendition);
		if (r <= 0)
			return r;
		/* Made again between the two reads: then another look is needed. */
		if (strcmp(rendition->etag, fetch->rendition_etag) != 0)
			return 0;
		reply = phone_prepare(fetch, rendition);
	}
	*ret = profile_new(fetch, reply, fetch->rendition_revision, fetch->rendition_until_at,
			   generation, fetch->rendition_given_at != 0);
	(*ret)->waits = fetch->rendition_waits_at != 0;
	profile_cache_put(*ret);
	return 1;
}

/* Reads the device; 1: `ret` may be given, 0: it has to be made first. */
static int profile_read(struct request *req, int64_t mac, struct profile *old, struct profile **ret)
{
	void *mem = request_mem(req);
	struct device_fetch *fetch = NULL;
	uint64_t generation = writer_generation(fleet_writer());
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = device_fetch_find(mem, db, mac, &fetch);
	if (r < 0)
		return r;
	if (!fetch)
		scan_note(req, mac);
	r = proof_check(req, fetch);
	if (r == 0)
		r = admission_document(fetch);
	if (r < 0 || !rendition_is_current(fetch, clock_now()))
		return r;
	return profile_load(mem, fetch, old, generation, db, ret);
}

int phone_profile(struct request *req)
{
	CLEANUP(profile_unrefp) struct profile *cached = NULL;
	CLEANUP(profile_unrefp) struct profile *fresh = NULL;
	int64_t mac;
	int r = phone_mac(req, &mac);

	if (r < 0)
		return r;
	if (!proof_is_open(req) && !request_header(req, "Authorization"))
		return proof_deny(req, -E_SECRET_MISSING);
	cached = profile_cache_find(mac);
	r = proof_check(req, cached && is_current(cached) ? &cached->fetch : NULL);
	if (r == 0) {
		counter_add(M_FETCH_HIT, 1);
		phone_give(req, cached);
		return 0;
	}
	/* A refusal takes both looks, whatever the cache has and the store knows: time must not tell. */
	r = profile_read(req, mac, cached, &fresh);
	if (r > 0) {
		phone_give(req, fresh);
		return 0;
	}
	if (r == 0)
		return request_defer(req, phone_render);
	return phone_refuse(req, r);
}
