/* SPDX-License-Identifier: MIT */
#include "fleet/device.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/lifecycle.h"
#include "fleet/line.h"
#include "fleet/scope.h"
#include "redirect/mirror.h"
#include "redirect/url.h"
#include "render/format.h"
#include "store/device.h"
#include "store/group.h"
#include "store/handset.h"
#include "store/inventory.h"
#include "store/registration.h"
#include "store/rendition.h"
#include "store/setting.h"
#include "store/template.h"

enum { DEVICE_NAME_MAX = 64, DEVICE_SECRET_MAX = 64 };

static json_t *shown(const struct device *device)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "product",
			 audit_string(device->product), "group", audit_string(device->group),
			 "name", audit_string(device->name), "secret", audit_secret(device->secret),
			 "user", audit_string(device->user_name), "password",
			 audit_secret(device->user_password), "locked", device->locked_at != 0);
}

static int line_check(struct change *change, const char *what, const char *s, size_t max)
{
	int r = s ? text_check_line(s, max) : 0;

	return r < 0 ? diag_set(change->diag, r, "%s %s", what, error_text(r)) : 0;
}

static int group_apply(struct change *change, struct device *device, const char *name)
{
	struct group *group;
	int r;

	device->group_id = 0;
	device->group = NULL;
	if (!name)
		return 0;
	r = group_find(change->mem, change->db, name, &group);
	if (r == 0)
		return diag_set(change->diag, -E_GROUP_UNKNOWN,
				"there is no group '%s'; make it with: gigaprovctl group add '%s'",
				name, name);
	if (r < 0)
		return r;
	device->group_id = group->id;
	device->group = group->name;
	return 0;
}

static int credentials_apply(struct change *change, struct device *device,
			     const struct device_input *in)
{
	int r = 0;

	if (in->has_secret) {
		if (in->secret)
			r = line_check(change, "the secret", secret_reveal(in->secret),
				       DEVICE_SECRET_MAX);
		device->secret = in->secret;
		device->secret_origin = in->secret ? "given" : NULL;
		device->secret_account_id = 0;
	}
	if (in->has_user)
		device->user_name = in->user;
	if (in->has_password)
		device->user_password = in->password;
	if (r == 0)
		r = line_check(change, "user", device->user_name, DEVICE_NAME_MAX);
	if (r == 0 && in->has_password && in->password)
		r = line_check(change, "the password", secret_reveal(in->password),
			       DEVICE_SECRET_MAX);
	if (r == 0 && !device->user_name != !device->user_password)
		r = diag_set(change->diag, -E_FIELD_MISSING,
			     "user and password belong together: give both or neither");
	return r;
}

/* A device that nobody gave a secret has the one of the inventory. */
static int inventory_apply(struct change *change, struct device *device)
{
	struct inventory *item;
	int r = inventory_find(change->mem, change->db, device->mac, &item);

	if (r <= 0 || !item->secret)
		return r < 0 ? r : 0;
	device->secret = item->secret;
	device->secret_origin = "given";
	device->secret_account_id = 0;
	return 0;
}

static int product_apply(struct change *change, struct device *device, const char *name)
{
	const struct product *product = product_find(name);
	struct device as = *device;
	int64_t handsets;
	int r = handset_count(change->db, device->mac, &handsets);

	if (r < 0)
		return r;
	if (name && !product)
		return diag_set(change->diag, -E_PRODUCT_UNKNOWN, "there is no product '%s'", name);
	as.product = product ? product->name : NULL;
	if (handsets > device_handsets_max(&as))
		return diag_set(change->diag, -E_HANDSETS_FULL,
				"the device has %lld handsets, which '%s' does not hold",
				(long long)handsets, name ? name : "no product");
	if (handsets == 0)
		r = fleet_line_fits(change, device->mac, product);
	if (r < 0)
		return r;
	device->product = product ? product->name : NULL;
	return 0;
}

static int apply(struct change *change, struct device *device, const struct device_input *in)
{
	int r = 0;

	if (in->has_product)
		r = product_apply(change, device, in->product);
	if (r == 0 && in->has_group)
		r = group_apply(change, device, in->group);
	if (r == 0 && in->has_name) {
		r = line_check(change, "name", in->name, DEVICE_NAME_MAX);
		device->name = in->name;
	}
	if (r == 0)
		r = credentials_apply(change, device, in);
	if (in->has_locked)
		device->locked_at = !in->locked		? 0
				    : device->locked_at ? device->locked_at
							: clock_now();
	return r;
}

int fleet_device_add(struct change *change, int64_t mac, const struct device_input *input)
{
	struct device *device;
	json_t *before = NULL;
	int r = device_find(change->mem, change->db, mac, &device);
	bool known = r > 0;

	if (r < 0)
		return r;
	if (known && device->product)
		return -E_MAC_EXISTS;
	if (!input->has_product || !input->product)
		return diag_set(change->diag, -E_FIELD_MISSING, "a product is required");
	if (known) {
		before = shown(device);
	} else {
		device = mem_new(change->mem, struct device);
		device->mac = mac;
		device->created_at = clock_now();
	}
	r = apply(change, device, input);
	if (r == 0 && !device->secret && !input->has_secret)
		r = inventory_apply(change, device);
	if (r == 0)
		r = known ? device_update(change->db, device) : device_insert(change->db, device);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, "device.add", scope_device(change->mem, mac), before,
			   shown(device));
}

int fleet_device_set(struct change *change, int64_t mac, const struct device_input *input)
{
	struct device *device;
	json_t *before;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	before = shown(device);
	r = apply(change, device, input);
	if (r == 0)
		r = device_update(change->db, device);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, "device.set", scope_device(change->mem, mac), before,
			   shown(device));
}

static int settings_remove(struct change *change, const struct device *device)
{
	struct handset *handsets;
	size_t count;
	int r = handset_list(change->mem, change->db, device->mac, &handsets, &count);

	for (size_t i = 0; i < count && r >= 0; i++)
		r = setting_delete_scope(change->db, handset_scope(change->mem, &handsets[i]));
	if (r < 0)
		return r;
	r = template_delete(change->db, scope_device(change->mem, device->mac));
	return r < 0 ? r : setting_delete_scope(change->db, scope_device(change->mem, device->mac));
}

/* Whoever has removed too much reads in the audit what there was. */
static json_t *handsets_shown(const struct handset *handsets, size_t count)
{
	json_t *keys = json_array();
	char key[IPUI_LEN + 1];

	for (size_t i = 0; i < count; i++)
		json_array_append_new(keys, json_string(handset_key(&handsets[i], key)));
	return keys;
}

static int handsets_check(struct change *change, int64_t mac, size_t count, bool force)
{
	char text[MAC_LEN + 1];

	if (count == 0 || force)
		return 0;
	mac_format(mac, text);
	return diag_set(change->diag, -E_DEVICE_IN_USE,
			"the device has %zu %s, which go with it; move them (handset move) or "
			"remove them first, or say --force: gigaprovctl device remove %s --force",
			count, count == 1 ? "handset" : "handsets", text);
}

int fleet_device_remove(struct change *change, int64_t mac, bool force)
{
	struct handset *handsets;
	size_t handset_count;
	struct registration *registration;
	struct device *device;
	bool registered;
	json_t *before;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	r = handset_list(change->mem, change->db, mac, &handsets, &handset_count);
	if (r == 0)
		r = handsets_check(change, mac, handset_count, force);
	if (r < 0)
		return r;
	r = registration_find(change->mem, change->db, mac, &registration);
	if (r < 0)
		return r;
	registered = r > 0;
	before = shown(device);
	if (handset_count > 0)
		json_object_set_new(before, "handsets", handsets_shown(handsets, handset_count));
	if (registered)
		json_object_set_new(before, "url",
				    audit_string(url_redact(change->mem, registration->url)));
	r = settings_remove(change, device);
	/* Handsets that wait for it to forget them need not wait any more. */
	if (r == 0)
		r = lifecycle_release(change->mem, change->db, mac, true);
	if (r == 0 && registered)
		r = mirror_deregister(change->db, change->config, registration);
	if (r == 0)
		r = rendition_keep(change->db, mac, clock_now());
	if (r == 0)
		r = device_delete(change->db, mac);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, "device.remove", scope_device(change->mem, mac), before, NULL);
}
