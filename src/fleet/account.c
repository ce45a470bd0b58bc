/* SPDX-License-Identifier: MIT */
#include "fleet/account.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "store/account.h"
#include "store/provider.h"

enum { ACCOUNT_NAME_MAX = 64 };

static json_t *shown(struct change *change, const struct account *account)
{
	json_t *providers = json_array();
	const char **names;
	size_t count;

	if (account_providers(change->mem, change->db, account->id, &names, &count) == 0)
		for (size_t i = 0; i < count; i++)
			json_array_append_new(providers, json_string(names[i]));
	return json_pack("{s:s, s:o, s:o, s:o}", "role", account->role, "providers", providers,
			 "require_mac_id",
			 account->require_mac_id < 0 ? json_null()
						     : json_boolean(account->require_mac_id),
			 "password", audit_secret(account->ha1_sha256));
}

/* A colon would end the name in Basic and in HA1. */
static int name_check(struct change *change, const char *name)
{
	int r = text_check_name(name, ACCOUNT_NAME_MAX);

	if (r == -E_TEXT_EDGE)
		return diag_set(change->diag, r, "an account name %s", error_text(r));
	if (r == 0 && strchr(name, ':'))
		r = -E_VALUE;
	return r < 0 ? diag_set(change->diag, r,
				"an account name has 1 to 64 characters and no colon")
		     : 0;
}

static int providers_apply(struct change *change, const struct account *account,
			   const struct account_input *in)
{
	int r;

	if (!in->providers)
		return 0;
	r = account_provider_clear(change->db, account->id);
	for (size_t i = 0; i < in->provider_count && r >= 0; i++) {
		struct provider *provider;

		r = provider_find(change->mem, change->db, in->providers[i], &provider);
		if (r == 0)
			return diag_set(change->diag, -E_PROVIDER_UNKNOWN,
					"there is no provider '%s'; make it with: "
					"gigaprovctl provider add '%s'",
					in->providers[i], in->providers[i]);
		if (r > 0)
			r = account_provider_insert(change->db, account->id, provider->id);
	}
	return r;
}

static int fields_apply(struct account *account, const struct account_input *in)
{
	if (in->role) {
		if (strcmp(in->role, "admin") != 0 && strcmp(in->role, "integrator") != 0 &&
		    strcmp(in->role, "viewer") != 0)
			return -E_ROLE;
		account->role = in->role;
	}
	if (in->password_hash) {
		account->password_hash = in->password_hash;
		account->ha1_md5 = in->ha1_md5;
		account->ha1_sha256 = in->ha1_sha256;
	}
	if (in->has_require_mac_id)
		account->require_mac_id = in->require_mac_id;
	return 0;
}

/* Whoever locks the last admin out can only be helped at the machine itself. */
static int admin_check(struct change *change)
{
	int64_t admins;
	int r = account_count(change->db, "admin", &admins);

	if (r < 0)
		return r;
	return admins > 0 ? 0 : -E_ACCOUNT_LAST_ADMIN;
}

int fleet_account_add(struct change *change, const char *name, const struct account_input *in)
{
	struct account account = {.name = name, .require_mac_id = -1, .created_at = clock_now()};
	int r = name_check(change, name);

	if (r == 0 && (!in->role || !in->password_hash))
		r = diag_set(change->diag, -E_FIELD_MISSING, "a role and a password are required");
	if (r == 0)
		r = fields_apply(&account, in);
	if (r < 0)
		return r;
	r = account_insert(change->db, &account);
	if (r == -E_DB_CONSTRAINT)
		return -E_ACCOUNT_EXISTS;
	if (r == 0)
		r = providers_apply(change, &account, in);
	if (r < 0)
		return r;
	return fleet_audit(change, "account.add", mem_printf(change->mem, "account:%s", name), NULL,
			   shown(change, &account));
}

int fleet_account_set(struct change *change, const char *name, const struct account_input *in)
{
	struct account *account;
	json_t *before;
	int r = account_find(change->mem, change->db, name, &account);

	if (r <= 0)
		return r < 0 ? r : -E_ACCOUNT_UNKNOWN;
	before = shown(change, account);
	r = fields_apply(account, in);
	if (r == 0)
		r = account_update(change->db, account);
	if (r == 0)
		r = providers_apply(change, account, in);
	if (r == 0)
		r = admin_check(change);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	return fleet_audit(change, "account.set", mem_printf(change->mem, "account:%s", name),
			   before, shown(change, account));
}

int fleet_account_remove(struct change *change, const char *name)
{
	struct account *account;
	json_t *before;
	int r = account_find(change->mem, change->db, name, &account);

	if (r <= 0)
		return r < 0 ? r : -E_ACCOUNT_UNKNOWN;
	before = shown(change, account);
	r = account_delete(change->db, account->id);
	if (r == 0)
		r = admin_check(change);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	return fleet_audit(change, "account.remove", mem_printf(change->mem, "account:%s", name),
			   before, NULL);
}
