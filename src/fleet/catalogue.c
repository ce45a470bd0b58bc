/* SPDX-License-Identifier: MIT */
/* Groups and providers; SIP servers are sip.c. */
#include "fleet/catalogue.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "redirect/url.h"
#include "store/group.h"
#include "store/provider.h"
#include "store/setting.h"
#include "store/template.h"

enum { CATALOGUE_NAME_MAX = 64 };

static int name_check(struct change *change, const char *name)
{
	int r = text_check_name(name, CATALOGUE_NAME_MAX);

	return r < 0 ? diag_set(change->diag, r, "the name %s", error_text(r)) : 0;
}

static int translate(int r, int constraint)
{
	return r == -E_DB_CONSTRAINT ? constraint : r;
}

int fleet_group_add(struct change *change, const char *name)
{
	int r = name_check(change, name);

	if (r == 0)
		r = translate(group_insert(change->db, name, clock_now()), -E_GROUP_EXISTS);
	if (r < 0)
		return r;
	return fleet_audit(change, "group.add", mem_printf(change->mem, "group:%s", name), NULL,
			   json_object());
}

int fleet_group_remove(struct change *change, const char *name)
{
	char *object = mem_printf(change->mem, "group:%s", name);
	struct group *group;
	int r = group_find(change->mem, change->db, name, &group);

	if (r == 0)
		return -E_GROUP_UNKNOWN;
	if (r > 0)
		r = translate(group_delete(change->db, group->id), -E_GROUP_IN_USE);
	if (r == 0)
		r = setting_delete_scope(change->db, object);
	if (r >= 0)
		r = template_delete(change->db, object);
	if (r < 0)
		return r;
	return fleet_audit(change, "group.remove", object, json_object(), NULL);
}

static json_t *provider_shown(struct change *change, const char *default_url)
{
	const char *url = default_url ? url_redact(change->mem, default_url) : NULL;

	return json_pack("{s:o}", "default_url", audit_string(url));
}

static int default_url_check(struct change *change, const char *url)
{
	struct diag diag = {0};
	int r = url ? url_check(url, NULL, &diag) : 0;

	return r < 0 ? diag_set(change->diag, r, "default URL: %s", diag_text(&diag, r)) : 0;
}

int fleet_provider_add(struct change *change, const char *name, const char *default_url)
{
	int r = name_check(change, name);

	if (r == 0)
		r = default_url_check(change, default_url);
	if (r == 0)
		r = translate(provider_insert(change->db, name, default_url, clock_now()),
			      -E_PROVIDER_EXISTS);
	if (r < 0)
		return r;
	return fleet_audit(change, "provider.add", mem_printf(change->mem, "provider:%s", name),
			   NULL, provider_shown(change, default_url));
}

int fleet_provider_set(struct change *change, const char *name, const char *default_url)
{
	struct provider *provider;
	int r = default_url_check(change, default_url);

	if (r < 0)
		return r;
	r = provider_find(change->mem, change->db, name, &provider);
	if (r <= 0)
		return r < 0 ? r : -E_PROVIDER_UNKNOWN;
	r = provider_update(change->db, provider->id, default_url);
	if (r < 0)
		return r;
	return fleet_audit(change, "provider.set", mem_printf(change->mem, "provider:%s", name),
			   provider_shown(change, provider->default_url),
			   provider_shown(change, default_url));
}

int fleet_provider_remove(struct change *change, const char *name)
{
	struct provider *provider;
	int r = provider_find(change->mem, change->db, name, &provider);

	if (r == 0)
		return -E_PROVIDER_UNKNOWN;
	if (r > 0)
		r = translate(provider_delete(change->db, provider->id), -E_PROVIDER_IN_USE);
	if (r < 0)
		return r;
	return fleet_audit(change, "provider.remove", mem_printf(change->mem, "provider:%s", name),
			   json_object(), NULL);
}
