/* SPDX-License-Identifier: MIT */
/* Commands on settings; scopes themselves are scope.c. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/firmware.h"
#include "fleet/notify.h"
#include "fleet/phone_schedule.h"
#include "fleet/schedule.h"
#include "fleet/scope.h"
#include "fleet/secrecy.h"
#include "render/format.h"
#include "render/param.h"
#include "store/device.h"
#include "store/group.h"
#include "store/handset.h"
#include "store/setting.h"

enum { SETTING_VALUE_MAX = 4096 };

/* Each scope has one counter; the documents that hang on it are made again when asked for. */
int scope_changed(struct change *change, const struct scope *scope)
{
	struct handset *handset;
	struct group *group;
	int64_t mac;
	int slot, r;

	writer_touch(change->db);
	switch (scope->kind) {
	case SCOPE_FLEET:
	case SCOPE_PRODUCT:
		return scope_touch(change->db, scope->text);
	case SCOPE_GROUP:
		r = group_find(change->mem, change->db, scope->key, &group);
		if (r == 0)
			return diag_set(change->diag, -E_GROUP_UNKNOWN, "there is no group '%s'",
					scope->key);
		return r < 0 ? r : group_touch(change->db, group->id);
	case SCOPE_DEVICE:
		r = mac_parse(scope->key, &mac);
		if (r == 0)
			r = device_touch(change->db, mac);
		if (r == 0 && db_changes(change->db) == 0)
			return diag_set(change->diag, -E_MAC_UNKNOWN, "there is no device %s",
					scope->key);
		return r;
	case SCOPE_HANDSET:
		r = scope_slot_parse(scope->key, &mac, &slot)
			    ? handset_at(change->mem, change->db, mac, slot, &handset)
			    : handset_find(change->mem, change->db, scope->key, &handset);
		/* By its slot only as long as there is nothing better. */
		if (r > 0 && handset->ipui[0] && strcmp(handset->ipui, scope->key) != 0)
			r = 0;
		if (r == 0)
			return diag_set(change->diag, -E_IPUI_UNKNOWN, "there is no handset %s",
					scope->key);
		return r < 0 ? r : device_touch(change->db, handset->mac);
	}
	return -E_SCOPE;
}

int fleet_scope_touch(struct change *change, const char *text)
{
	struct scope scope;
	int r = scope_parse(change->mem, text, &scope);

	return r < 0 ? r : scope_changed(change, &scope);
}

static int name_check(struct change *change, const struct scope *scope, const char *name)
{
	int r = setting_name_check(name);

	if (r < 0)
		return r;
	if (scope->kind == SCOPE_HANDSET && !product_per_handset(NULL, name))
		return diag_set(change->diag, -E_SETTING_NAME,
				"a handset's setting is named hs.NAME or SipAccount.NAME");
	for (const struct product *p = product_next(NULL); p; p = product_next(p))
		if (product_reserves(p, name))
			return -E_SETTING_RESERVED;
	return 0;
}

static int value_check(struct change *change, const struct setting_new *setting)
{
	const char *text = setting->secret ? secret_reveal(setting->secret) : setting->value;
	size_t len = strlen(text);
	int r;

	if (len == 0)
		return diag_set(change->diag, -E_TEXT_EMPTY,
				"an empty value makes phones behave unpredictably; "
				"use unset to remove the setting");
	if (len > SETTING_VALUE_MAX)
		return diag_set(change->diag, -E_TEXT_LONG, "the value has more than %d bytes",
				SETTING_VALUE_MAX);
	r = text_check(text, len, NULL);
	if (r < 0)
		return diag_set(change->diag, r, "the value %s", error_text(r));
	return param_check(setting->name, text, change->diag);
}

static json_t *shown(const struct setting *setting)
{
	if (!setting)
		return NULL;
	return setting->secret ? audit_secret(setting->secret) : audit_string(setting->value);
}

int fleet_setting_set(struct change *change, const struct setting_new *new)
{
	struct setting setting = {.name = new->name, .value = new->value, .secret = new->secret};
	struct setting *before = NULL;
	struct scope scope;
	int r = scope_parse(change->mem, new->scope, &scope);

	if (r == 0)
		r = name_check(change, &scope, new->name);
	if (r == 0)
		r = value_check(change, new);
	if (r == 0)
		r = firmware_setting_check(change, &scope, new);
	if (r == 0)
		r = notify_setting_check(change, &scope, new);
	if (r == 0)
		r = schedule_setting_check(change, &scope, new);
	if (r == 0)
		r = phone_schedule_setting_check(change, &scope, new);
	if (r == 0)
		r = scope_changed(change, &scope);
	if (r < 0)
		return r;
	/* A secret is a type; that people give it as text must not take that away. */
	if (new->value &&
	    (secrecy_of(new->name, new->value) || notify_setting_is_secret(new->name))) {
		setting.secret = secret_new(change->mem, new->value);
		setting.value = NULL;
	}
	setting.scope = scope.text;
	setting.updated_at = clock_now();
	r = setting_find(change->mem, change->db, scope.text, new->name, &before);
	if (r >= 0)
		r = setting_put(change->db, &setting);
	if (r < 0)
		return r;
	return fleet_audit(change, "setting.set",
			   mem_printf(change->mem, "%s %s", scope.text, new->name), shown(before),
			   shown(&setting));
}

int fleet_setting_unset(struct change *change, const char *scope_text, const char *name)
{
	struct setting *before = NULL;
	struct scope scope;
	int r = scope_parse(change->mem, scope_text, &scope);

	if (r == 0)
		r = scope_changed(change, &scope);
	if (r < 0)
		return r;
	r = setting_find(change->mem, change->db, scope.text, name, &before);
	if (r == 0)
		return diag_set(change->diag, -E_SETTING_UNKNOWN, "%s is not set in %s", name,
				scope.text);
	if (r > 0)
		r = setting_delete(change->db, scope.text, name);
	if (r < 0)
		return r;
	return fleet_audit(change, "setting.unset",
			   mem_printf(change->mem, "%s %s", scope.text, name), shown(before), NULL);
}
