/* SPDX-License-Identifier: MIT */
#include "fleet/scope.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "render/format.h"
#include "render/param.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/mac.h"
#include "store/setting.h"

enum { SETTING_NAME_MAX = 128 };

bool scope_slot_parse(const char *key, int64_t *ret_mac, int *ret_slot)
{
	char mac[MAC_LEN + 1];
	uint64_t slot;

	if (strlen(key) != MAC_LEN + 1 + 5 || key[MAC_LEN] != '-' ||
	    !text_to_uint(key + MAC_LEN + 1, HANDSET_SLOT_MAX, &slot) || slot == 0)
		return false;
	memcpy(mac, key, MAC_LEN);
	mac[MAC_LEN] = '\0';
	*ret_slot = (int)slot;
	return mac_parse(mac, ret_mac) == 0;
}

static int key_normalize(void *mem, struct scope *scope, const char *key, const char *prefix)
{
	char mac_text[MAC_LEN + 1];
	char ipui[IPUI_LEN + 1];
	int64_t mac;
	int slot, r = 0;

	scope->key = mem_strdup(mem, key);
	switch (scope->kind) {
	case SCOPE_PRODUCT:
		r = product_find(key) ? 0 : -E_PRODUCT_UNKNOWN;
		break;
	case SCOPE_DEVICE:
		r = mac_parse(key, &mac);
		if (r == 0) {
			mac_format(mac, mac_text);
			scope->key = mem_strdup(mem, mac_text);
		}
		break;
	case SCOPE_HANDSET:
		if (scope_slot_parse(scope->key, &mac, &slot)) {
			struct handset handset = {.mac = mac, .slot = slot};

			scope->text = handset_scope(mem, &handset);
			scope->key = strchr(scope->text, ':') + 1;
			return 0;
		}
		r = ipui_parse(key, ipui);
		if (r == 0)
			scope->key = mem_strdup(mem, ipui);
		break;
	case SCOPE_FLEET:
	case SCOPE_GROUP:
		break;
	}
	if (r == 0)
		scope->text = mem_printf(mem, "%s%s", prefix, scope->key);
	return r;
}

int scope_parse(void *mem, const char *s, struct scope *ret)
{
	static const struct {
		const char *prefix;
		enum scope_kind kind;
	} prefixes[] = {
		{"product:", SCOPE_PRODUCT},
		{"group:", SCOPE_GROUP},
		{"device:", SCOPE_DEVICE},
		{"handset:", SCOPE_HANDSET},
	};

	if (strcmp(s, "fleet") == 0) {
		*ret = (struct scope){SCOPE_FLEET, "fleet", NULL};
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		size_t len = strlen(prefixes[i].prefix);

		if (strncmp(s, prefixes[i].prefix, len) != 0 || !s[len])
			continue;
		ret->kind = prefixes[i].kind;
		return key_normalize(mem, ret, s + len, prefixes[i].prefix);
	}
	return -E_SCOPE;
}

int setting_name_check(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > SETTING_NAME_MAX || !isalpha((unsigned char)name[0]) ||
	    name[len - 1] == '.')
		return -E_SETTING_NAME;
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) &&
		    !strchr(param_is_symbol(name) ? "._-[]%" : "._-", *s) && !param_is_item(name))
			return -E_SETTING_NAME;
	return 0;
}

bool setting_is_ours(const char *name)
{
	return strncmp(name, "schedule.", 9) == 0 || strncmp(name, "firmware.", 9) == 0 ||
	       strncmp(name, "notify.", 7) == 0;
}

char *scope_device(void *mem, int64_t mac)
{
	char text[MAC_LEN + 1];

	mac_format(mac, text);
	return mem_printf(mem, "device:%s", text);
}

size_t scope_of_device(void *mem, const struct device *device, const char *ret[DEVICE_SCOPES_MAX])
{
	size_t n = 0;

	ret[n++] = "fleet";
	if (device->product)
		ret[n++] = mem_printf(mem, "product:%s", device->product);
	if (device->group)
		ret[n++] = mem_printf(mem, "group:%s", device->group);
	ret[n++] = scope_device(mem, device->mac);
	return n;
}

int scope_overlay(void *mem, struct db *db, const char *scope, const struct setting *base,
		  size_t base_count, struct setting **ret, size_t *ret_count)
{
	struct setting *over;
	size_t over_count;
	size_t b = 0, o = 0;
	int r = setting_list(mem, db, scope, &over, &over_count);

	if (r < 0)
		return r;
	*ret = NULL;
	*ret_count = 0;
	while (b < base_count || o < over_count) {
		int order = b == base_count   ? 1
			    : o == over_count ? -1
					      : strcmp(base[b].name, over[o].name);

		*mem_push(mem, ret, ret_count) = order < 0 ? base[b] : over[o];
		b += order <= 0;
		o += order >= 0;
	}
	return 0;
}

int scope_resolve(void *mem, struct db *db, const struct device *device, struct setting **ret,
		  size_t *ret_count)
{
	const char *scopes[DEVICE_SCOPES_MAX];
	size_t n = scope_of_device(mem, device, scopes);
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < n && r >= 0; i++)
		r = scope_overlay(mem, db, scopes[i], *ret, *ret_count, ret, ret_count);
	return r;
}
