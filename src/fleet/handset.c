/* SPDX-License-Identifier: MIT */
#include "fleet/handset.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/lifecycle.h"
#include "handset_parts.h"
#include "store/device.h"
#include "store/handset.h"
#include "store/line.h"
#include "store/setting.h"

static void handset_fill(struct handset *handset, int64_t mac, const struct handset_new *new)
{
	handset->mac = mac;
	handset->slot = new->slot;
	handset->name = new->name;
	handset->pin = new->pin;
	handset->origin = new->origin ? new->origin : "hand";
	handset->created_at = clock_now();
}

static struct line *line_of(void *mem, const struct handset_new *new)
{
	struct line *line;

	if (!new->user)
		return NULL;
	line = mem_new(mem, struct line);
	line->user_name = new->user;
	line->auth_name = new->auth ? new->auth : new->user;
	line->auth_password = new->password;
	line->display_name = new->display ? new->display : new->name ? new->name : new->user;
	return line;
}

static int input_check(struct change *change, const struct handset_new *new)
{
	if (!new->user && (new->auth || new->password || new->display || new->sip))
		return diag_set(change->diag, -E_FIELD_MISSING, "a line needs a user");
	if (new->user && !new->sip)
		return diag_set(change->diag, -E_FIELD_MISSING, "a line needs a SIP server");
	return 0;
}

static int add_check(struct change *change, const struct handset *handset, const struct line *line,
		     const struct handset_new *new)
{
	int r = handset_texts_check(change, handset, line, new->force);

	if (r == 0)
		r = handset_room_check(change, handset->mac);
	if (r == 0)
		r = handset_slot_check(change, handset->mac, new->slot);
	if (r == 0 && handset->ipui[0])
		r = handset_ipui_check(change, handset->mac, handset->ipui);
	return r;
}

int handset_place(struct change *change, struct handset *handset, struct line *line)
{
	int slot = handset->slot;
	int r = handset_insert(change->db, handset);

	if (r == 0 && slot && handset->slot != slot)
		return diag_set(change->diag, -E_SLOT_TAKEN,
				"the handset that was in slot %d is still being removed", slot);
	if (r == 0 && line) {
		line->mac = handset->mac;
		line->slot = handset->slot;
		r = handset_line_put(change, line);
	}
	/* Back again before the device has forgotten it: nothing to forget. */
	if (r == 0 && handset->ipui[0])
		r = operation_delete_removal(change->db, handset->mac, handset->ipui);
	return r < 0 || change->is_part ? r : device_touch(change->db, handset->mac);
}

int fleet_handset_add(struct change *change, int64_t mac, const struct handset_new *new,
		      struct handset **ret)
{
	struct handset *handset = mem_new(change->mem, struct handset);
	struct line *line = line_of(change->mem, new);
	int r = new->ipui ? ipui_parse(new->ipui, handset->ipui) : 0;

	if (r == 0)
		r = input_check(change, new);
	if (r < 0)
		return r;
	handset_fill(handset, mac, new);
	r = add_check(change, handset, line, new);
	if (r == 0 && line)
		r = handset_server_find(change, new->sip, &line->sip_server_id);
	/* Removed elsewhere a moment ago: it is added when that has been fetched. */
	if (r == 0 && new->ipui && !new->now)
		r = lifecycle_waits(change->mem, change->db, handset->ipui, mac, 0,
				    &handset->waits_mac);
	if (r == 0)
		r = handset_place(change, handset, line);
	if (r < 0)
		return r;
	writer_touch(change->db);
	*ret = handset;
	return fleet_audit(change, "handset.add", handset_object(change, handset), NULL,
			   handset_shown(handset, line));
}

/* Whether the documents to come will carry DeleteNotProvisionedHS without this handset. */
static int absence_check(struct change *change, const struct handset *handset)
{
	const struct config *config = change->config;
	int64_t count;
	int r = handset_count(change->db, handset->mac, &count);

	if (r < 0)
		return r;
	if (count > 1 && !(config && config->provisioning.delete_not_provisioned == DNP_NEVER))
		return 0;
	return diag_set(
		change->diag, -E_REMOVAL, "%s, so a handset cannot be removed by its absence; %s",
		count > 1 ? "delete_not_provisioned is never"
			  : "DeleteNotProvisionedHS never goes with an empty list",
		handset->ipui[0] ? "choose another mode"
				 : "tell its IPUI first (handset set), or say --mode forget: then "
				   "it is forgotten here, whatever the device keeps");
}

/* The mode that it takes; `ret_none` when the device has nothing to forget. */
static int mode_choose(struct change *change, const struct handset *handset,
		       enum operation_mode mode, enum operation_mode *ret, bool *ret_none)
{
	struct device *device;
	bool known;
	int r = device_get(change->mem, change->db, handset->mac, &device);

	*ret = mode;
	*ret_none = mode == OPERATION_FORGET || handset->waits_mac;
	if (r < 0 || *ret_none)
		return r;
	if (handset->ipui[0]) {
		if (*ret == OPERATION_CHOSEN)
			*ret = removal_mode(device);
		return *ret == OPERATION_ABSENCE ? absence_check(change, handset) : 0;
	}
	if (*ret != OPERATION_CHOSEN && *ret != OPERATION_ABSENCE)
		return diag_set(
			change->diag, -E_REMOVAL,
			"delete_hs and ToDeReg name an IPUI, and that of slot %d is not known",
			handset->slot);
	*ret = OPERATION_ABSENCE;
	r = lifecycle_knows(change->mem, change->db, handset->mac, handset, &known);
	*ret_none = r == 0 && !known;
	return r < 0 || *ret_none ? r : absence_check(change, handset);
}

int handset_removal_add(struct change *change, const struct handset *handset,
			enum operation_mode mode)
{
	struct operation operation = {
		.mac = handset->mac,
		.kind = OPERATION_REMOVE_HANDSET,
		.mode = mode,
		.slot = handset->slot,
		.name = handset->name,
		.created_at = clock_now(),
	};

	memcpy(operation.ipui, handset->ipui, sizeof(operation.ipui));
	operation.from_at = operation.created_at;
	return operation_insert(change->db, &operation);
}

int handset_take(struct change *change, const struct handset *handset, struct line **ret_line)
{
	int r = handset_line_find(change, handset, ret_line);

	if (r == 0 && *ret_line)
		r = handset_line_take(change, *ret_line);
	if (r == 0)
		r = handset_delete(change->db, handset->mac, handset->slot);
	return r < 0 ? r : device_touch(change->db, handset->mac);
}

int fleet_handset_remove(struct change *change, int64_t mac, const char *key,
			 enum operation_mode mode)
{
	struct handset *handset;
	struct line *line = NULL;
	bool nothing = false;
	int r = handset_find_key(change, mac, key, &handset);

	if (r == 0)
		r = mode_choose(change, handset, mode, &mode, &nothing);
	if (r == 0)
		r = handset_take(change, handset, &line);
	if (r == 0)
		r = setting_delete_scope(change->db, handset_scope(change->mem, handset));
	if (r >= 0 && !nothing)
		r = handset_removal_add(change, handset, mode);
	if (r >= 0)
		r = operation_forget(change->db, clock_now() - GONE_KEPT);
	if (r < 0)
		return r;
	writer_touch(change->db);
	return fleet_audit(change, "handset.remove", handset_object(change, handset),
			   handset_shown(handset, line), NULL);
}
