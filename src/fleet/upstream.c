/* SPDX-License-Identifier: MIT */
#include "fleet/upstream.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "redirect/mirror.h"
#include "store/device.h"
#include "store/inventory.h"
#include "store/outbox.h"
#include "store/registration.h"
#include "store/upstream_state.h"

/* Records that one retry writes; the writer has others to serve. */
enum { RETRY_MAX = 5000, PAGE_ROWS = 500 };

static void no_health(const char *name, struct upstream_health *ret)
{
	(void)name;
	*ret = (struct upstream_health){0};
}

static void no_hurry(const char *name)
{
	(void)name;
}

static int no_list(const struct config_upstream *upstream, int64_t timeout_ms, upstream_each *each,
		   void *arg, struct diag *reterr)
{
	(void)upstream;
	(void)timeout_ms;
	(void)each;
	(void)arg;
	(void)reterr;
	return -E_STOPPING;
}

static const struct upstream_link unlinked = {no_health, no_hurry, no_list};
static const struct upstream_link *_Atomic linked = &unlinked;

void fleet_upstream_setup(const struct upstream_link *link)
{
	linked = link ? link : &unlinked;
}

const struct upstream_link *fleet_upstream_link(void)
{
	return linked;
}

/* 1: the device's secret is a given one now; 0: it has none that was given. */
static int secret_keep(struct change *change, int64_t mac, const struct secret *secret)
{
	struct device *device;
	json_t *before;
	int r = device_find(change->mem, change->db, mac, &device);

	if (r <= 0)
		return r;
	if (device->secret && strcmp(device->secret_origin, "given") == 0 &&
	    (!secret || secret_equals(secret, device->secret)))
		return 1;
	if (!secret)
		return 0;
	before = json_pack("{s:o}", "secret", audit_secret(device->secret));
	device->secret = secret;
	device->secret_origin = "given";
	device->secret_account_id = 0;
	r = device_update(change->db, device);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	r = fleet_audit(change, "device.secret", scope_device(change->mem, mac), before,
			json_pack("{s:o}", "secret", audit_secret(secret)));
	return r < 0 ? r : 1;
}

int fleet_upstream_end(struct change *change, const struct outbox *row,
		       const struct upstream_result *result)
{
	struct upstream_state state = {
		.upstream = row->upstream,
		.mac = row->mac,
		.state = result->end == UPSTREAM_GONE ? "gone" : "refused",
		.answer = result->answer,
		.at = clock_now(),
	};
	int r;

	if (result->end == UPSTREAM_AGAIN)
		return outbox_again(change->db, row->id, result->next_at, result->unsure,
				    result->answer);
	if (result->end == UPSTREAM_REGISTERED) {
		r = secret_keep(change, row->mac, result->secret);
		if (r < 0)
			return r;
		state.state = r > 0 ? "registered" : "confirmed";
	}
	r = outbox_delete(change->db, row->id);
	return r < 0 ? r : upstream_state_put(change->db, &state);
}

struct retry {
	struct change *change;
	const struct config_upstream *upstream;
	int64_t rows;
};

static int write_row(struct retry *retry, const char *action,
		     const struct registration *registration, const char *mac_id)
{
	int r = mirror_one(retry->change->db, retry->upstream, action, registration, mac_id);

	retry->rows += r == 0;
	return r;
}

static int suffix_of(struct change *change, const struct device *device, const char **ret)
{
	struct inventory *item;
	int r;

	*ret = device->mac_id;
	if (device->mac_id)
		return 0;
	r = inventory_find(change->mem, change->db, device->mac, &item);
	if (r > 0)
		*ret = item->mac_id;
	return r < 0 ? r : 0;
}

/*
 * Makes a record there what it is here.  What is registered there goes first:
 * only so can another URL be put, or a password be had.
 */
static int retry_one(struct retry *retry, int64_t mac, const char *state)
{
	struct change *change = retry->change;
	struct registration gone = {.mac = mac};
	struct registration *registration;
	struct device *device;
	const char *suffix = NULL;
	int r = registration_find(change->mem, change->db, mac, &registration);

	if (r < 0)
		return r;
	if (r == 0 && !state)
		return -E_NOT_REGISTERED;
	if (r == 0)
		return write_row(retry, "deregister", &gone, NULL);
	if (!mirror_provider(retry->upstream, registration->provider))
		return diag_set(change->diag, -E_UPSTREAM_PROVIDER,
				"registrations of '%s' are not mirrored to '%s'",
				registration->provider, retry->upstream->name);
	r = device_get(change->mem, change->db, mac, &device);
	if (r == 0)
		r = suffix_of(change, device, &suffix);
	if (r == 0 && state &&
	    (strcmp(state, "registered") == 0 || strcmp(state, "confirmed") == 0))
		r = write_row(retry, "deregister", registration, NULL);
	return r < 0 ? r : write_row(retry, "register", registration, suffix);
}

static int retry_mac(struct retry *retry, int64_t mac)
{
	struct change *change = retry->change;
	struct upstream_state *state;
	int64_t waiting;
	int r = outbox_hurry(change->db, retry->upstream->name, mac, clock_now(), &waiting);

	if (r < 0 || waiting > 0) {
		retry->rows += waiting;
		return r;
	}
	r = upstream_state_find(change->mem, change->db, retry->upstream->name, mac, &state);
	return r < 0 ? r : retry_one(retry, mac, r > 0 ? state->state : NULL);
}

/* All records in a state for which nothing waits yet. */
static int retry_state(struct retry *retry, const char *name, int64_t *left)
{
	int64_t after = -1;

	while (*left > 0) {
		CLEANUP(mem_freep) void *scratch = mem_root("retry");
		struct change change = *retry->change;
		struct retry page = {&change, retry->upstream, 0};
		struct upstream_state *states;
		int limit = *left < PAGE_ROWS ? (int)*left : PAGE_ROWS;
		size_t count;
		int r = upstream_state_list(scratch, change.db, retry->upstream->name, name, after,
					    limit, &states, &count);

		change.mem = scratch;
		for (size_t i = 0; i < count && r >= 0; i++) {
			r = retry_one(&page, states[i].mac, name);
			/* What is not mirrored any more stays as it is. */
			r = r == -E_UPSTREAM_PROVIDER ? 0 : r;
			after = states[i].mac;
		}
		retry->rows += page.rows;
		*left -= (int64_t)count;
		if (r < 0 || count < (size_t)limit)
			return r;
	}
	return 0;
}

static int retry_all(struct retry *retry, bool *ret_more)
{
	int64_t left = RETRY_MAX;
	int r = outbox_hurry(retry->change->db, retry->upstream->name, -1, clock_now(),
			     &retry->rows);

	if (r == 0)
		r = retry_state(retry, "refused", &left);
	if (r == 0)
		r = retry_state(retry, "confirmed", &left);
	*ret_more = left == 0;
	return r;
}

int fleet_upstream_retry(struct change *change, const char *name, int64_t mac, int64_t *ret_rows,
			 bool *ret_more)
{
	struct retry retry = {
		.change = change,
		.upstream = change->config ? config_upstream_find(change->config, name) : NULL,
	};
	char text[MAC_LEN + 1] = "";
	int r;

	if (!retry.upstream)
		return diag_set(change->diag, -E_UPSTREAM_UNKNOWN,
				"there is no section [upstream %s]", name);
	*ret_more = false;
	r = mac < 0 ? retry_all(&retry, ret_more) : retry_mac(&retry, mac);
	if (r < 0)
		return r;
	if (mac >= 0)
		mac_format(mac, text);
	*ret_rows = retry.rows;
	writer_wake(change->db);
	fleet_upstream_link()->hurry(name);
	return fleet_audit(change, "upstream.retry", mem_printf(change->mem, "upstream:%s", name),
			   NULL,
			   json_pack("{s:s*, s:I}", "mac", mac < 0 ? NULL : text, "rows",
				     (json_int_t)retry.rows));
}
