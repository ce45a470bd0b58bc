/* SPDX-License-Identifier: MIT */
#include "fleet/notify.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "fleet/wpi_order.h"
#include "render/format.h"
#include "store/device.h"

static const char uri_name[] = "notify.uri";
static const char user_name[] = "notify.user";
static const char password_name[] = "notify.password";

enum { USER_MAX = 128 };

static const struct {
	const char *name;
	bool is_kept;
	const char *words;
} outcomes[] = {
#define OUTCOME(id, name, kept, words) [id] = {name, kept, words},
#include "fleet/notify_outcomes.def"
#undef OUTCOME
};

const char *notify_outcome_name(enum notify_outcome outcome)
{
	return outcomes[outcome].name;
}

const char *notify_outcome_words(enum notify_outcome outcome)
{
	return outcomes[outcome].words;
}

int notify_outcome_parse(const char *s, enum notify_outcome *ret)
{
	for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
		if (strcmp(outcomes[i].name, s) == 0) {
			*ret = (enum notify_outcome)i;
			return 0;
		}
	}
	return -E_VALUE;
}

bool notify_outcome_is_kept(enum notify_outcome outcome)
{
	return outcomes[outcome].is_kept;
}

static int nobody(const struct notify_order *order)
{
	(void)order;
	return -E_NOTIFY_OFF;
}

static const struct notify_link without = {nobody};
static _Atomic(const struct notify_link *) link_now = &without;
static _Atomic(notify_contact_begin *) contact_now;

void notify_setup(const struct notify_link *link)
{
	atomic_store(&link_now, link ? link : &without);
}

int notify_order(const struct notify_order *order)
{
	return atomic_load(&link_now)->order(order);
}

void notify_contact_setup(notify_contact_begin *begin)
{
	atomic_store(&contact_now, begin);
}

notify_contact_begin *notify_contact_of(void)
{
	return atomic_load(&contact_now);
}

bool notify_setting_is_secret(const char *name)
{
	return strcmp(name, password_name) == 0;
}

static int uri_check(struct change *change, const char *value)
{
	struct notify_uri uri;

	return notify_uri_parse(change->mem, value, &uri, change->diag);
}

static int credential_check(struct change *change, const char *name, const char *value)
{
	if (strlen(value) > USER_MAX)
		return diag_set(change->diag, -E_TEXT_LONG, "%s has more than %d bytes", name,
				USER_MAX);
	for (const char *s = value; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f || *s == '"' || *s == '\\')
			return diag_set(change->diag, -E_VALUE,
					"%s holds a quote, a backslash or a control character",
					name);
	return 0;
}

int notify_setting_check(struct change *change, const struct scope *scope,
			 const struct setting_new *new)
{
	if (strncmp(new->name, "notify.", strlen("notify.")) != 0)
		return 0;
	if (scope->kind == SCOPE_HANDSET)
		return diag_set(change->diag, -E_SCOPE, "a handset is not told by itself");
	if (notify_setting_is_secret(new->name))
		return credential_check(change, new->name,
					new->secret ? secret_reveal(new->secret) : new->value);
	if (new->secret)
		return diag_set(change->diag, -E_VALUE, "%s is no secret", new->name);
	if (strcmp(new->name, uri_name) == 0)
		return uri_check(change, new->value);
	if (strcmp(new->name, user_name) == 0)
		return credential_check(change, new->name, new->value);
	return diag_set(change->diag, -E_SETTING_NAME,
			"settings of notifying are notify.uri, notify.user and notify.password");
}

int fleet_notify(struct change *change, int64_t mac, bool reboot)
{
	const struct product *product;
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	product = product_find(device->product);
	/* Where it cannot be called, it asks. */
	if (product && product->format->trigger->way == TRIGGER_CONTACT_ME)
		r = wpi_order_want(change, mac, 0);
	else if (!change->config->sip.notify)
		r = -E_NOTIFY_OFF;
	if (r < 0)
		return r;
	return fleet_audit(change, "device.notify", scope_device(change->mem, mac), NULL,
			   json_pack("{s:b}", "reboot", reboot));
}
