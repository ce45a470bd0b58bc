/* SPDX-License-Identifier: MIT */
#include "fleet/handset.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "fleet/audit.h"
#include "render/format.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/setting.h"
#include "store/sip_server.h"

enum { HANDSET_NAME_MAX = 64, HANDSET_PASSWORD_MAX = 128 };

static json_t *shown(const struct handset *handset, const struct line *line)
{
	json_t *json = json_pack("{s:i, s:o, s:o}", "slot", handset->slot, "name",
				 audit_string(handset->name), "pin", audit_secret(handset->pin));

	if (line) {
		json_object_set_new(json, "user", audit_string(line->user_name));
		json_object_set_new(json, "auth", audit_string(line->auth_name));
		json_object_set_new(json, "password", audit_secret(line->auth_password));
		json_object_set_new(json, "display", audit_string(line->display_name));
	}
	return json;
}

static char *object_of(struct change *change, const struct handset *handset)
{
	char text[MAC_LEN + 1];
	char key[IPUI_LEN + 1];

	mac_format(handset->mac, text);
	return mem_printf(change->mem, "device:%s handset:%s", text, handset_key(handset, key));
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

int fleet_handset_check(struct change *change, const struct handset_new *new)
{
	int r = field_check(change, "name", new->name, HANDSET_NAME_MAX);

	if (r == 0)
		r = field_check(change, "user", new->user, HANDSET_NAME_MAX);
	if (r == 0)
		r = field_check(change, "auth", new->auth, HANDSET_NAME_MAX);
	if (r == 0)
		r = field_check(change, "display", new->display, HANDSET_NAME_MAX);
	if (r == 0 && new->password)
		r = field_check(change, "the password", secret_reveal(new->password),
				HANDSET_PASSWORD_MAX);
	if (r == 0 && new->pin)
		r = pin_check(change, new->pin, new->force);
	if (r == 0 && !new->user && (new->auth || new->password || new->display || new->sip))
		r = diag_set(change->diag, -E_FIELD_MISSING, "a line needs a user");
	if (r == 0 && new->user && !new->sip)
		r = diag_set(change->diag, -E_FIELD_MISSING, "a line needs a SIP server");
	if (r == 0 && !new->ipui && !new->pin)
		r = diag_set(change->diag, -E_FIELD_MISSING,
			     "a handset needs its IPUI, or a PIN to know it by until that is told");
	return r;
}

static int room_check(struct change *change, int64_t mac)
{
	const struct product *product;
	struct device *device;
	int64_t count;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = handset_count(change->db, mac, &count);
	if (r < 0)
		return r;
	product = device->product ? product_find(device->product) : NULL;
	if (!product)
		return diag_set(change->diag, -E_NO_PRODUCT,
				"the device has no product yet; give it one first");
	if (product->handsets_max == 0)
		return -E_HANDSETS_NONE;
	if (count >= product->handsets_max)
		return diag_set(change->diag, -E_HANDSETS_FULL, "%s takes %d handsets",
				product->what, product->handsets_max);
	return 0;
}

static int ipui_check(struct change *change, const char *ipui)
{
	struct handset *other;
	char mac[MAC_LEN + 1];
	int r = handset_find(change->mem, change->db, ipui, &other);

	if (r <= 0)
		return r;
	mac_format(other->mac, mac);
	return diag_set(change->diag, -E_IPUI_EXISTS,
			"handset %s belongs to device %s; remove it there first", ipui, mac);
}

static int slot_check(struct change *change, int64_t mac, int slot)
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

static int line_add(struct change *change, const struct handset *handset,
		    const struct handset_new *new, struct line **ret)
{
	struct sip_server *server;
	struct line *line = mem_new(change->mem, struct line);
	int r = sip_server_find(change->mem, change->db, new->sip, &server);

	if (r == 0)
		return diag_set(change->diag, -E_SIP_UNKNOWN,
				"there is no SIP server '%s'; make it with: gigaprovctl sip add",
				new->sip);
	if (r < 0)
		return r;
	line->mac = handset->mac;
	line->slot = handset->slot;
	line->sip_server_id = server->id;
	line->user_name = new->user;
	line->auth_name = new->auth ? new->auth : new->user;
	line->auth_password = new->password;
	line->display_name = new->display ? new->display : new->name ? new->name : new->user;
	r = sip_server_attach(change->db, handset->mac, server->id);
	if (r == 0)
		r = line_insert(change->db, line);
	*ret = line;
	return r;
}

int fleet_handset_add(struct change *change, int64_t mac, const struct handset_new *new,
		      struct handset **ret)
{
	struct handset *handset = mem_new(change->mem, struct handset);
	struct line *line = NULL;
	int r = new->ipui ? ipui_parse(new->ipui, handset->ipui) : 0;

	if (r == 0)
		r = fleet_handset_check(change, new);
	if (r == 0)
		r = room_check(change, mac);
	if (r == 0)
		r = slot_check(change, mac, new->slot);
	if (r == 0 && new->ipui)
		r = ipui_check(change, handset->ipui);
	if (r < 0)
		return r;
	handset->mac = mac;
	handset->slot = new->slot;
	handset->name = new->name;
	handset->pin = new->pin;
	handset->origin = new->origin ? new->origin : "hand";
	handset->created_at = clock_now();
	r = handset_insert(change->db, handset);
	if (r == 0 && new->slot && handset->slot != new->slot)
		return diag_set(change->diag, -E_SLOT_TAKEN,
				"the handset that was in slot %d is still being removed",
				new->slot);
	if (r == 0 && new->user)
		r = line_add(change, handset, new, &line);
	/* Back again before the device has forgotten it: nothing to forget. */
	if (r >= 0 && new->ipui)
		r = operation_delete_removal(change->db, mac, handset->ipui);
	if (r >= 0 && !change->is_part)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	*ret = handset;
	return fleet_audit(change, "handset.add", object_of(change, handset), NULL,
			   shown(handset, line));
}

static int line_remove(struct change *change, const struct handset *handset, struct line **ret)
{
	struct line *lines;
	size_t count;
	int r = line_list(change->mem, change->db, handset->mac, &lines, &count);

	*ret = NULL;
	for (size_t i = 0; i < count && r >= 0; i++)
		if (lines[i].slot == handset->slot)
			*ret = &lines[i];
	if (r < 0 || !*ret)
		return r;
	r = line_delete(change->db, handset->mac, handset->slot);
	if (r < 0)
		return r;
	r = line_uses_server(change->db, handset->mac, (*ret)->sip_server_id);
	if (r == 0)
		r = sip_server_detach(change->db, handset->mac, (*ret)->sip_server_id);
	return r < 0 ? r : 0;
}

int fleet_handset_remove(struct change *change, int64_t mac, const char *ipui_text,
			 enum operation_mode mode)
{
	struct operation operation = {.mac = mac, .kind = OPERATION_REMOVE_HANDSET, .mode = mode};
	struct device *device;
	struct handset *handset;
	struct line *line = NULL;
	int r = ipui_parse(ipui_text, operation.ipui);

	if (r == 0)
		r = device_get(change->mem, change->db, mac, &device);
	if (r < 0)
		return r;
	r = handset_find(change->mem, change->db, operation.ipui, &handset);
	if (r == 0 || (r > 0 && handset->mac != mac))
		return -E_IPUI_UNKNOWN;
	if (r > 0)
		r = line_remove(change, handset, &line);
	if (r == 0)
		r = handset_delete(change->db, mac, handset->slot);
	if (r == 0)
		r = setting_delete_scope(change->db, handset_scope(change->mem, handset));
	if (r < 0)
		return r;
	operation.created_at = clock_now();
	operation.from_at = operation.created_at;
	r = operation_insert(change->db, &operation);
	if (r == 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "handset.remove", object_of(change, handset),
			   shown(handset, line), NULL);
}
