/* SPDX-License-Identifier: MIT */
/*
 * On a worker: read the device in one snapshot, resolve, render, store, and
 * give it to everybody who has asked meanwhile; the reply leaves after the
 * commit.  Should rendering fail, the last good document is given.
 */
#include "phone/render.h"

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/fleet.h"
#include "fleet/rendition.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/flight.h"
#include "phone/proof.h"
#include "render/format.h"

struct making {
	int64_t mac;
	char mac_text[MAC_LEN + 1];
	uint64_t generation;
	struct view *view;
	struct rendition *rendition;
};

struct prepared *phone_prepare(const struct device_fetch *fetch, const struct rendition *rendition)
{
	const char *type = rendition->content_type;

	if (!type)
		type = product_find(fetch->product)->format->content_type;
	return prepared_new(200, type, rendition->document, rendition->document_len,
			    rendition->etag);
}

int phone_refuse(struct request *req, int r)
{
	return admission_is_denial(r) ? proof_deny(req, r) : r;
}

static void land(struct making *making, struct profile *profile, int r)
{
	struct waiter *next;

	for (struct waiter *waiter = flight_land(making->mac); waiter; waiter = next) {
		int result = r;

		next = waiter->next;
		if (profile)
			phone_give(waiter->req, profile);
		else
			result = phone_refuse(waiter->req, r);
		request_finish(waiter->req, profile ? 0 : result);
	}
	if (profile)
		profile_unref(profile);
	mem_free(making);
}

static struct profile *profile_made(struct making *making)
{
	const struct rendition *rendition = making->rendition;
	struct profile *profile =
		profile_new(making->view->fetch, phone_prepare(making->view->fetch, rendition),
			    rendition->revision, rendition->until_at, making->generation, false);

	profile->waits = rendition->waits_at != 0;
	profile_cache_put(profile);
	return profile;
}

static int keep_op(struct db *db, void *arg, struct diag *diag)
{
	struct making *making = arg;

	(void)diag;
	return rendition_put(db, making->rendition);
}

/* Says so when the shrink guard begins to hold something back, and when it ends. */
static void note_held(const struct making *making)
{
	const struct view *view = making->view;
	const struct rendition_held *now = &view->held;
	const char *before = view->released ? view->released->held.handsets : NULL;

	if (now->at && (!before || strcmp(before, now->handsets) != 0)) {
		counter_add(M_SHRINK_HELD, 1);
		log_warn("a document is held back; the device gets what it had",
			 LOG_S("mac", making->mac_text), LOG_I("missing", now->missing),
			 LOG_I("of", now->all), LOG_S("words", view->notice),
			 LOG_E(-E_SHRINK_HELD));
	} else if (before && !now->at) {
		log_info("a document is not held back any more", LOG_S("mac", making->mac_text));
	}
}

static void keep_done(void *arg, int result, const struct diag *diag)
{
	struct making *making = arg;

	if (result < 0)
		log_error("a document was made but not kept", LOG_S("mac", making->mac_text),
			  LOG_S("words", diag->text), LOG_E(result));
	else
		note_held(making);
	land(making, result < 0 ? NULL : profile_made(making), result);
}

/* The document that the device has had so far; NULL when there is none. */
static struct profile *last_good(struct making *making, struct db *db)
{
	struct device_fetch *fetch;
	struct rendition *rendition;
	struct profile *profile;

	if (device_fetch_find(making, db, making->mac, &fetch) <= 0 || !fetch->product ||
	    rendition_find(making, db, making->mac, &rendition) <= 0)
		return NULL;
	profile = profile_new(fetch, phone_prepare(fetch, rendition), rendition->revision, 0, 0,
			      true);
	/* What is wanted now is not this. */
	profile->waits = true;
	return profile;
}

/*
 * A configuration that was replaced while the snapshot was read may be older
 * than the revision in it: then another look is needed.
 */
static int look(struct making *making, struct db *db)
{
	const struct config *before, *after = NULL;
	int r;

	do {
		before = config_pin();
		r = view_read(making, db, before, making->mac, clock_now(), &making->view);
		after = config_pin();
		config_release(before);
		config_release(after);
	} while (before != after);
	return r;
}

static int make(struct making *making, struct db *db)
{
	struct diag diag = {0};
	int r = look(making, db);

	if (r < 0)
		return r;
	r = rendition_make(making, making->view, true, &making->rendition, &diag);
	if (r < 0)
		log_error("a document cannot be made; the device gets its last one",
			  LOG_S("mac", making->mac_text), LOG_S("words", diag_text(&diag, r)),
			  LOG_E(r));
	return r;
}

int phone_render(struct request *req)
{
	struct profile *old = NULL;
	struct making *making;
	struct db *db = NULL;
	int64_t mac;
	int r = phone_mac(req, &mac);

	if (r < 0)
		return r;
	if (!flight_join(mac, req))
		return REQUEST_LATER;
	counter_add(M_FETCH_RENDERED, 1);
	making = mem_new(NULL, struct making);
	making->mac = mac;
	mac_format(mac, making->mac_text);
	making->generation = writer_generation(fleet_writer());
	r = fleet_reader(&db);
	if (r == 0)
		r = make(making, db);
	if (r == 0)
		r = writer_post(fleet_writer(), WRITER_NORMAL, keep_op, keep_done, making);
	if (r < 0) {
		if (db && admission_keeps_last(r))
			old = last_good(making, db);
		land(making, old, r);
	}
	return REQUEST_LATER;
}
