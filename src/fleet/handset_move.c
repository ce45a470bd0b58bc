/* SPDX-License-Identifier: MIT */
/*
 * A handset that is known to two DECT systems at once rings on neither: so the
 * one that it leaves must have been told to forget it before the other one is
 * told that it comes.  The handset belongs to the new device from now on and
 * waits there; the evidence of the old device's fetch lets it in
 * (lifecycle_given()).
 */
#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/handset.h"
#include "fleet/lifecycle.h"
#include "handset_parts.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"

static json_t *shown(const struct handset *handset)
{
	char mac[MAC_LEN + 1];

	mac_format(handset->mac, mac);
	return json_pack("{s:s, s:i, s:b}", "device", mac, "slot", handset->slot, "waits",
			 handset->waits_mac != 0);
}

static int find(struct change *change, const char *text, struct handset **ret)
{
	char ipui[IPUI_LEN + 1];
	int r = ipui_parse(text, ipui);

	if (r < 0)
		return diag_set(change->diag, r,
				"a handset moves by its IPUI (10 hex digits); tell it first "
				"(handset set)");
	r = handset_find(change->mem, change->db, ipui, ret);
	if (r == 0)
		return diag_set(change->diag, -E_IPUI_UNKNOWN, "no device has handset %s", ipui);
	return r < 0 ? r : 0;
}

/* It is where it shall go: then only its waiting can end. */
static int stay(struct change *change, struct handset *handset, const struct handset_move *move)
{
	json_t *before = shown(handset);
	int r;

	if (!move->now || !handset->waits_mac) {
		json_decref(before);
		return diag_set(change->diag, -E_IPUI_EXISTS, "the device has handset %s already%s",
				handset->ipui,
				handset->waits_mac ? "; --now does not wait any more" : "");
	}
	handset->waits_mac = 0;
	r = handset_update(change->db, handset);
	if (r == 0)
		r = device_touch(change->db, handset->mac);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	writer_touch(change->db);
	return fleet_audit(change, "handset.move", handset_object(change, handset), before,
			   shown(handset));
}

static int leave(struct change *change, const struct handset *handset, struct line **ret_line)
{
	struct device *device;
	int r = device_get(change->mem, change->db, handset->mac, &device);

	if (r == 0)
		r = handset_take(change, handset, ret_line);
	/* While it waited, its device has never heard of it. */
	if (r < 0 || handset->waits_mac)
		return r;
	return handset_removal_add(change, handset, removal_mode(device));
}

static int enter(struct change *change, struct handset *handset, struct line *line,
		 const struct handset_move *move)
{
	int r = 0;

	handset->mac = move->mac;
	handset->slot = move->slot;
	handset->waits_mac = 0;
	handset->added_at = 0;
	handset->registered_at = 0;
	if (!move->now)
		r = lifecycle_waits(change->mem, change->db, handset->ipui, handset->mac, 0,
				    &handset->waits_mac);
	return r < 0 ? r : handset_place(change, handset, line);
}

int fleet_handset_move(struct change *change, const char *ipui, const struct handset_move *move,
		       struct handset **ret)
{
	struct handset *handset, before;
	struct line *line = NULL;
	int r = find(change, ipui, &handset);

	if (r < 0)
		return r;
	*ret = handset;
	if (handset->mac == move->mac)
		return stay(change, handset, move);
	r = handset_room_check(change, move->mac);
	if (r == 0)
		r = handset_slot_check(change, move->mac, move->slot);
	if (r < 0)
		return r;
	before = *handset;
	r = leave(change, handset, &line);
	if (r == 0)
		r = enter(change, handset, line, move);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "handset.move", handset_object(change, &before), shown(&before),
			   shown(handset));
}
