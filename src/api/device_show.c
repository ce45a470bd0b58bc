/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "base/mem.h"
#include "device.h"
#include "fleet/fleet.h"
#include "http/auth.h"
#include "http/handlers.h"
#include "http/request.h"
#include "notify.h"
#include "redirect/url.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/registration.h"
#include "store/rendition.h"
#include "store/seen.h"

static int registration_json(void *mem, struct db *db, int64_t mac, json_t **ret)
{
	struct registration *registration;
	int r = registration_find(mem, db, mac, &registration);

	if (r < 0)
		return r;
	*ret = r == 0 ? json_null()
		      : json_pack("{s:s, s:o, s:o}", "provider", registration->provider, "url",
				  api_text(url_redact(mem, registration->url)), "created_at",
				  api_time(registration->created_at));
	return 0;
}

int device_json(void *mem, struct db *db, int64_t mac, json_t **ret)
{
	struct device *device;
	json_t *registration;
	int64_t handsets;
	int r = device_get(mem, db, mac, &device);

	if (r == 0)
		r = handset_count(db, mac, &handsets);
	if (r >= 0)
		r = registration_json(mem, db, mac, &registration);
	if (r < 0)
		return r;
	*ret = json_pack("{s:o, s:s?, s:s?, s:s?, s:o, s:s?, s:s?, s:o, s:o, s:o, s:o, s:I, s:I, "
			 "s:s?, s:o, s:o}",
			 "mac", api_mac_text(mac), "product", device->product, "group",
			 device->group, "name", device->name, "secret", api_mark(device->secret),
			 "secret_origin", device->secret_origin, "user", device->user_name,
			 "mac_id", device->mac_id ? json_string("set") : json_null(), "locked_at",
			 api_time(device->locked_at), "provisioned_at",
			 api_time(device->provisioned_at), "created_at",
			 api_time(device->created_at), "revision", (json_int_t)device->revision,
			 "handsets", (json_int_t)handsets, "firmware", device->firmware, "capacity",
			 api_time(device->capacity), "registration", registration);
	return 0;
}

/* What the shrink guard holds back, in numbers and in words. */
static int held_add(void *mem, struct db *db, int64_t mac, json_t *device)
{
	struct rendition_held *held;
	json_t *json = json_null();
	char text[MAC_LEN + 1];
	int r = rendition_held_find(mem, db, mac, &held);

	if (r < 0)
		return r;
	mac_format(mac, text);
	if (r > 0)
		json = json_pack(
			"{s:o, s:I, s:I, s:s, s:o}", "at", api_time(held->at), "missing",
			(json_int_t)held->missing, "of", (json_int_t)held->all, "handsets",
			held->handsets, "words",
			api_text(mem_printf(mem,
					    "%lld of %lld handsets that the device has "
					    "are missing, so it is given what it had; add "
					    "them again, or let them go: gigaprovctl "
					    "acknowledge %s",
					    (long long)held->missing, (long long)held->all, text)));
	json_object_set_new(device, "held", json);
	return 0;
}

/* Since when something waits for a window, as of the device's last request. */
static int waiting_add(struct db *db, int64_t mac, json_t *device)
{
	int64_t at = 0;
	int r = rendition_waiting_find(db, mac, &at);

	if (r >= 0)
		json_object_set_new(device, "waiting_since", api_time(at));
	return r < 0 ? r : 0;
}

static int seen_json(void *mem, struct db *db, int64_t mac, json_t **ret)
{
	struct seen *seen;
	int r = seen_find(mem, db, mac, &seen);

	if (r < 0)
		return r;
	*ret = r == 0 ? json_null()
		      : json_pack("{s:o, s:o, s:o, s:o}", "at", api_time(seen->at), "address",
				  api_text(seen->address), "user_agent", api_text(seen->user_agent),
				  "redirected_at", api_time(seen->redirected_at));
	return 0;
}

/* ETags are hashes of documents, from which a viewer could guess a PIN. */
static int fetches_json(void *mem, struct db *db, int64_t mac, bool etags, json_t **ret)
{
	struct fetch *fetches;
	size_t count;
	int r = fetch_list(mem, db, mac, &fetches, &count);

	if (r < 0)
		return r;
	*ret = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(*ret, json_pack("{s:o, s:o, s:s*, s:s?, s:I}", "at",
						      api_time(fetches[i].at), "address",
						      api_text(fetches[i].address), "etag",
						      etags ? fetches[i].etag : NULL, "revision",
						      fetches[i].revision, "operations",
						      (json_int_t)fetches[i].operations));
	return 0;
}

static int traces_add(void *mem, int64_t mac, bool etags, json_t *device)
{
	json_t *seen = NULL, *fetches, *notify;
	struct db *db;
	int r = fleet_seen_reader(&db);

	if (r == 0)
		r = seen_json(mem, db, mac, &seen);
	if (r < 0)
		return r;
	json_object_set_new(device, "seen", seen);
	r = fetches_json(mem, db, mac, etags, &fetches);
	if (r < 0)
		return r;
	json_object_set_new(device, "fetches", fetches);
	r = notify_json(mem, db, mac, &notify);
	if (r < 0)
		return r;
	json_object_set_new(device, "notify", notify);
	return 0;
}

int api_device_show(struct request *req)
{
	void *mem = request_mem(req);
	json_t *json = NULL;
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_snapshot(&db);
	if (r < 0)
		return r;
	r = device_json(mem, db, mac, &json);
	if (r == 0)
		r = held_add(mem, db, mac, json);
	if (r == 0)
		r = waiting_add(db, mac, json);
	db_snapshot_end(db);
	if (r == 0)
		r = traces_add(mem, mac, request_principal(req)->role == ROLE_ADMIN, json);
	if (r < 0) {
		json_decref(json);
		return r;
	}
	return api_answer(req, 200, json);
}
