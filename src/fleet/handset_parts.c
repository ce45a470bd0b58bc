/* SPDX-License-Identifier: MIT */
#include "handset_parts.h"

#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "fleet/lifecycle.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "store/device.h"
#include "store/line.h"
#include "store/sip_server.h"

enum { HANDSET_NAME_MAX = 64, HANDSET_PASSWORD_MAX = 128 };

json_t *handset_shown(const struct handset *handset, const struct line *line)
{
	json_t *json = json_pack("{s:i, s:s?, s:o, s:o}", "slot", handset->slot, "ipui",
				 handset->ipui[0] ? handset->ipui : NULL, "name",
				 audit_string(handset->name), "pin", audit_secret(handset->pin));

	if (line) {
		json_object_set_new(json, "user", audit_string(line->user_name));
		json_object_set_new(json, "auth", audit_string(line->auth_name));
		json_object_set_new(json, "password", audit_secret(line->auth_password));
		json_object_set_new(json, "display", audit_string(line->display_name));
	}
	return json;
}

char *handset_object(struct change *change, const struct handset *handset)
{
	char key[IPUI_LEN + 1];

	return mem_printf(change->mem, "%s handset:%s", scope_device(change->mem, handset->mac),
			  handset_key(handset, key));
}

static int field_check(struct change *change, const char *what, const char *s, size_t max)
{
	int r = s ? text_check_line(s, max) : 0;

	return r < 0 ? diag_set(change->diag, r, "%s %s", what, error_text(r)) : 0;
}

/* 0000, 1234 and the like open a base to whoever stands near it. */
static int pin_check(struct change *change, const struct secret *pin, bool force)
{
	const char *s = secret_reveal(pin);
	size_t len = strlen(s);
	bool same = true, rising = true;

	if (len < 1 || len > 4 || strspn(s, "0123456789") != len)
		return diag_set(change->diag, -E_PIN, "a registration PIN has 1 to 4 digits");
	for (size_t i = 1; i < len; i++) {
		same = same && s[i] == s[0];
		rising = rising && s[i] == s[i - 1] + 1;
	}
	if ((same || rising) && !force)
		return diag_set(change->diag, -E_PIN,
				"this PIN is one of the first that anybody would try; "
				"take another, or say --force");
	return 0;
}

int handset_texts_check(struct change *change, const struct handset *handset,
			const struct line *line, bool force)
{
	int r = field_check(change, "name", handset->name, HANDSET_NAME_MAX);

	if (r == 0 && !handset->ipui[0] && !handset->pin)
		r = diag_set(change->diag, -E_FIELD_MISSING,
			     "a handset needs its IPUI, or a PIN to know it by until that is told");
	if (r == 0 && handset->pin)
		r = pin_check(change, handset->pin, force);
	if (!line || r < 0)
		return r;
	r = field_check(change, "user", line->user_name, HANDSET_NAME_MAX);
	if (r == 0)
		r = field_check(change, "auth", line->auth_name, HANDSET_NAME_MAX);
	if (r == 0)
		r = field_check(change, "display", line->display_name, HANDSET_NAME_MAX);
	if (r == 0 && line->auth_password)
		r = field_check(change, "the password", secret_reveal(line->auth_password),
				HANDSET_PASSWORD_MAX);
	return r;
}

int handset_room_check(struct change *change, int64_t mac)
{
	const struct product *product;
	struct device *device;
	int64_t count;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = handset_count(change->db, mac, &count);
	if (r < 0)
		return r;
	product = product_find(device->product);
	if (!product)
		return diag_set(change->diag, -E_NO_PRODUCT,
				"the device has no product yet; give it one first");
	if (product->handsets_max == 0)
		return -E_HANDSETS_NONE;
	if (count < device_handsets_max(device))
		return 0;
	if (device->capacity > 0)
		return diag_set(change->diag, -E_HANDSETS_FULL,
				"the device has %lld handsets, and says itself that it takes %lld "
				"(%s: %d)",
				(long long)count, (long long)device->capacity, product->what,
				product->handsets_max);
	return diag_set(change->diag, -E_HANDSETS_FULL, "%s takes %d handsets", product->what,
			product->handsets_max);
}

int handset_slot_check(struct change *change, int64_t mac, int slot)
{
	struct handset *other;
	int r;

	if (slot == 0)
		return 0;
	if (slot < 1 || slot > HANDSET_SLOT_MAX)
		return diag_set(change->diag, -E_VALUE, "a slot is 1 to %d", HANDSET_SLOT_MAX);
	r = handset_at(change->mem, change->db, mac, slot, &other);
	if (r > 0)
		return diag_set(change->diag, -E_SLOT_TAKEN, "slot %d has handset %s", slot,
				other->ipui[0] ? other->ipui : "without an IPUI yet");
	return r;
}

int handset_ipui_check(struct change *change, int64_t mac, const char *ipui)
{
	struct handset *other;
	char text[MAC_LEN + 1];
	int r = handset_find(change->mem, change->db, ipui, &other);

	if (r <= 0)
		return r;
	if (other->mac == mac)
		return diag_set(
			change->diag, -E_IPUI_EXISTS,
			"handset %s is in slot %d of this device already; it is one handset, "
			"so remove it from one of the slots first",
			ipui, other->slot);
	mac_format(other->mac, text);
	return diag_set(change->diag, -E_IPUI_EXISTS,
			"handset %s belongs to device %s; remove it there first", ipui, text);
}

int handset_line_find(struct change *change, const struct handset *handset, struct line **ret)
{
	int r = line_at(change->mem, change->db, handset->mac, handset->slot, ret);

	if (r == 0)
		*ret = NULL;
	return r < 0 ? r : 0;
}

int handset_line_put(struct change *change, const struct line *line)
{
	int r = sip_server_attach(change->db, line->mac, line->sip_server_id);

	return r < 0 ? r : line_insert(change->db, line);
}

int handset_line_take(struct change *change, const struct line *line)
{
	int r = line_delete(change->db, line->mac, line->slot);

	if (r == 0)
		r = line_uses_server(change->db, line->mac, line->sip_server_id);
	if (r == 0)
		r = sip_server_detach(change->db, line->mac, line->sip_server_id);
	return r < 0 ? r : 0;
}

int handset_server_find(struct change *change, const char *name, int64_t *ret)
{
	struct sip_server *server;
	int r = sip_server_find(change->mem, change->db, name, &server);

	if (r == 0)
		return diag_set(
			change->diag, -E_SIP_UNKNOWN,
			"there is no SIP server '%s'; make it with: gigaprovctl sip add '%s'", name,
			name);
	if (r < 0)
		return r;
	*ret = server->id;
	return 0;
}

int handset_find_key(struct change *change, int64_t mac, const char *key, struct handset **ret)
{
	char ipui[IPUI_LEN + 1];
	struct device *device;
	uint64_t slot;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r < 0)
		return r;
	if (ipui_parse(key, ipui) == 0) {
		r = handset_find(change->mem, change->db, ipui, ret);
		return r < 0 ? r : r == 0 || (*ret)->mac != mac ? -E_IPUI_UNKNOWN : 0;
	}
	if (strlen(key) > 5 || !text_to_uint(key, HANDSET_SLOT_MAX, &slot))
		return diag_set(change->diag, -E_IPUI_MALFORMED,
				"a handset is named by its IPUI (10 hex digits) or by its slot "
				"(1 to %d)",
				HANDSET_SLOT_MAX);
	r = handset_at(change->mem, change->db, mac, (int)slot, ret);
	return r == 0 ? -E_IPUI_UNKNOWN : r < 0 ? r : 0;
}
