/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_trust.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "fleet/wpi_authority.h"
#include "render/format.h"
#include "store/device.h"

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* A place that is not known yet is as good as the right one. */
static bool is_place(const char *known, const char *address)
{
	return !known || strcmp(known, address) == 0;
}

static int judge_certificate(const struct wpi_caller *caller, struct wpi_verdict *verdict)
{
	const struct wpi_trust *trust = &verdict->trust;
	bool shows_last = is_same(caller->fingerprint, trust->fingerprint);

	if (!caller->asks_certificate)
		return trust->fingerprint ? -E_WPI_WEAK : 0;
	verdict->shows_next = is_same(caller->fingerprint, trust->next_fingerprint);
	verdict->is_secure = shows_last || verdict->shows_next;
	return verdict->is_secure ? 0 : -E_WPI_CERTIFICATE;
}

static void judge_secrets(const struct config_wpi *config, int64_t now, struct wpi_verdict *verdict)
{
	const struct wpi_trust *trust = &verdict->trust;

	verdict->is_enrolled = now < trust->enrolled_until && !trust->taken_at &&
			       is_place(trust->told_to, verdict->address);
	verdict->may_tell =
		verdict->is_secure || verdict->is_enrolled || config->secrets == WPI_SECRETS_ALWAYS;
	verdict->may_give = trust->next_fingerprint && !verdict->shows_next &&
			    now < trust->next_give_until &&
			    (verdict->is_secure || is_place(trust->next_told_to, verdict->address));
}

bool wpi_trust_is_refusal(int r)
{
	return r == -E_WPI_NETWORK || r == -E_WPI_ADDRESS || r == -E_WPI_CERTIFICATE ||
	       r == -E_WPI_WEAK;
}

static bool is_inside(const struct config_networks *networks, const struct net_address *address)
{
	return !networks->count ||
	       net_prefix_contains(networks->prefixes, networks->count, address);
}

int wpi_trust_judge_place(void *mem, struct db *db, const struct config_wpi *config, int64_t mac,
			  const struct net_address *address)
{
	char text[NET_TEXT_MAX];
	struct wpi_trust *trust;
	int r = wpi_trust_find(mem, db, mac, &trust);

	if (r < 0)
		return r;
	net_address_text(address, text);
	if (!is_inside(&config->networks, address))
		return -E_WPI_NETWORK;
	if (r == 0 || config->bind != WPI_BIND_ADDRESS || trust->fingerprint)
		return 0;
	return is_place(trust->address, text) ? 0 : -E_WPI_ADDRESS;
}

int wpi_trust_judge(void *mem, struct db *db, const struct config_wpi *config,
		    const struct wpi_caller *caller, struct wpi_verdict *ret)
{
	struct wpi_trust *trust;
	int r = wpi_trust_find(mem, db, caller->mac, &trust);

	if (r < 0)
		return r;
	*ret = (struct wpi_verdict){.trust = {.mac = caller->mac}};
	if (r > 0)
		ret->trust = *trust;
	net_address_text(caller->address, ret->address);
	if (!is_inside(&config->networks, caller->address))
		return -E_WPI_NETWORK;
	r = judge_certificate(caller, ret);
	if (r < 0)
		return r;
	if (config->bind == WPI_BIND_ADDRESS && !ret->is_secure) {
		if (!is_place(ret->trust.address, ret->address))
			return -E_WPI_ADDRESS;
		ret->binds = !ret->trust.address;
	}
	judge_secrets(config, caller->now, ret);
	return 0;
}

/* The row as it stands in this transaction. */
static int row(struct change *change, int64_t mac, struct wpi_trust *ret)
{
	struct wpi_trust *found;
	int r = wpi_trust_find(change->mem, change->db, mac, &found);

	*ret = (struct wpi_trust){.mac = mac};
	if (r > 0)
		*ret = *found;
	return r < 0 ? r : 0;
}

/* Writes the row, and into the audit log what it was about. */
static int put(struct change *change, const struct wpi_trust *trust, const char *action,
	       json_t *before_steal, json_t *after_steal)
{
	int r = wpi_trust_put(change->db, trust);

	if (r == 0)
		return fleet_audit(change, action, scope_device(change->mem, trust->mac),
				   before_steal, after_steal);
	json_decref(before_steal);
	json_decref(after_steal);
	return r;
}

static int bind_to(struct change *change, struct wpi_trust *trust, const char *address, int64_t now)
{
	trust->address = address;
	trust->bound_at = now;
	return put(change, trust, "wpi.bind", NULL, json_pack("{s:s}", "address", address));
}

static int promote(struct change *change, struct wpi_trust *trust, int64_t now)
{
	const char *before = trust->fingerprint;
	int r;

	trust->fingerprint = trust->next_fingerprint;
	trust->certificate_until = trust->next_until;
	trust->secured_at = now;
	r = wpi_trust_put(change->db, trust);
	if (r == 0)
		r = wpi_trust_given(change->db, trust->mac);
	return r < 0 ? r
		     : fleet_audit(change, "wpi.secured", scope_device(change->mem, trust->mac),
				   json_pack("{s:o}", "certificate", audit_string(before)),
				   json_pack("{s:s, s:I}", "certificate", trust->fingerprint,
					     "until", (json_int_t)trust->certificate_until));
}

int wpi_trust_called(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		     int64_t now)
{
	struct wpi_trust trust;
	int r;

	if (!verdict->binds && !verdict->shows_next)
		return 0;
	r = row(change, mac, &trust);
	if (r == 0 && verdict->binds && !trust.address)
		r = bind_to(change, &trust, verdict->address, now);
	if (r == 0 && verdict->shows_next &&
	    is_same(trust.next_fingerprint, verdict->trust.next_fingerprint))
		r = promote(change, &trust, now);
	return r;
}

int wpi_trust_told(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		   int64_t now)
{
	struct wpi_trust trust;
	int r = row(change, mac, &trust);

	if (r < 0 || trust.told_to)
		return r;
	trust.told_to = verdict->address;
	trust.told_at = now;
	return put(change, &trust, "wpi.tell_secrets", NULL,
		   json_pack("{s:s}", "address", verdict->address));
}

int wpi_trust_taken(struct change *change, int64_t mac, int64_t now)
{
	struct wpi_trust trust;
	int r = row(change, mac, &trust);

	if (r < 0 || trust.taken_at || !trust.told_to)
		return r;
	trust.taken_at = now;
	return wpi_trust_put(change->db, &trust);
}

int wpi_trust_gave(struct change *change, int64_t mac, const struct wpi_verdict *verdict,
		   int64_t now)
{
	struct wpi_trust trust;
	int r = row(change, mac, &trust);

	if (r < 0 || !trust.next_fingerprint)
		return r;
	trust.next_told_to = verdict->address;
	trust.next_told_at = now;
	return put(change, &trust, "wpi.give_certificate", NULL,
		   json_pack("{s:s, s:s}", "address", verdict->address, "certificate",
			     trust.next_fingerprint));
}

/* What a command is about; only desk phones can be secured or enrolled. */
static int subject(struct change *change, int64_t mac, bool must_be_one, struct wpi_trust *ret)
{
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	if (must_be_one && !product_is_desk_phone(product_find(device->product)))
		return -E_WPI_NOT_ONE;
	return row(change, mac, ret);
}

int fleet_wpi_release(struct change *change, int64_t mac, struct wpi_trust *ret)
{
	const char *before;
	int r = subject(change, mac, false, ret);

	if (r < 0)
		return r;
	before = ret->address;
	ret->address = ret->told_to = ret->next_told_to = NULL;
	ret->bound_at = ret->told_at = ret->next_told_at = 0;
	return put(change, ret, "wpi.release", json_pack("{s:o}", "address", audit_string(before)),
		   json_pack("{s:n}", "address"));
}

int fleet_wpi_enrol(struct change *change, int64_t mac, int64_t seconds, struct wpi_trust *ret)
{
	int r = subject(change, mac, true, ret);

	if (r < 0)
		return r;
	ret->enrolled_until = clock_now() + seconds;
	ret->told_to = NULL;
	ret->told_at = ret->taken_at = 0;
	return put(change, ret, "wpi.enrol", NULL,
		   json_pack("{s:I}", "until", (json_int_t)ret->enrolled_until));
}

int fleet_wpi_secure(struct change *change, int64_t mac, const struct wpi_client_cert *cert,
		     int64_t seconds, struct wpi_trust *ret)
{
	int64_t give_until = clock_now() + seconds;
	int r = subject(change, mac, true, ret);

	if (r == 0)
		r = wpi_trust_put(change->db, ret);
	if (r == 0)
		r = wpi_trust_give(change->db, mac, cert->fingerprint, cert->until, cert->pkcs12,
				   give_until);
	if (r == 0)
		r = row(change, mac, ret);
	return r < 0 ? r
		     : fleet_audit(change, "wpi.secure", scope_device(change->mem, mac), NULL,
				   json_pack("{s:s, s:I, s:I}", "certificate", cert->fingerprint,
					     "until", (json_int_t)cert->until, "give_until",
					     (json_int_t)give_until));
}

int fleet_wpi_insecure(struct change *change, int64_t mac, struct wpi_trust *ret)
{
	const char *before;
	int r = subject(change, mac, false, ret);

	if (r < 0)
		return r;
	before = ret->fingerprint;
	ret->fingerprint = NULL;
	ret->certificate_until = ret->secured_at = 0;
	r = wpi_trust_put(change->db, ret);
	if (r == 0)
		r = wpi_trust_given(change->db, mac);
	if (r == 0)
		r = row(change, mac, ret);
	return r < 0 ? r
		     : fleet_audit(change, "wpi.insecure", scope_device(change->mem, mac),
				   json_pack("{s:o}", "certificate", audit_string(before)),
				   json_pack("{s:n}", "certificate"));
}
