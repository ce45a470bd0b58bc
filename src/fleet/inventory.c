/* SPDX-License-Identifier: MIT */
#include "fleet/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/audit.h"
#include "store/device.h"
#include "store/inventory.h"
#include "store/mac_id_failure.h"

/* What is to be done with one row. */
struct step {
	struct inventory item; /* as it shall be */
	bool is_new;
	bool is_change;
	struct device *device; /* that gets the secret; NULL: none */
};

static bool differs(const char *told, const char *stored)
{
	return told && *told && (!stored || strcmp(told, stored) != 0);
}

static bool secret_differs(const struct secret *told, const struct secret *stored)
{
	return told && (!stored || !secret_equals(told, stored));
}

/* Does the secret that a device has give way to the inventory's?  `before`: the inventory's last. */
static bool gives_way(const struct device *device, const struct secret *before)
{
	if (!device->secret || strcmp(device->secret_origin, "made") == 0)
		return true;
	return before && secret_equals(device->secret, before);
}

static int device_plan(void *mem, struct db *db, struct step *step, const struct secret *before)
{
	struct device *device;
	int r;

	if (!step->item.secret)
		return 0;
	r = device_find(mem, db, step->item.mac, &device);
	if (r <= 0 || !gives_way(device, before) ||
	    (!secret_differs(step->item.secret, device->secret) &&
	     strcmp(device->secret_origin, "given") == 0))
		return r < 0 ? r : 0;
	device->secret = step->item.secret;
	device->secret_origin = "given";
	device->secret_account_id = 0;
	step->device = device;
	return 0;
}

static int plan(void *mem, struct db *db, const struct inventory_row *row, struct step *ret)
{
	const struct secret *told = row->secret ? secret_new(mem, row->secret) : NULL;
	const struct secret *before = NULL;
	struct inventory *stored;
	int r = inventory_find(mem, db, row->mac, &stored);

	if (r < 0)
		return r;
	*ret = (struct step){.is_new = r == 0};
	if (r > 0) {
		ret->item = *stored;
		before = stored->secret;
	} else {
		ret->item.mac = row->mac;
		ret->item.created_at = clock_now();
	}
	ret->is_change = differs(row->mac_id, ret->item.mac_id) ||
			 differs(row->product, ret->item.product) || secret_differs(told, before);
	if (*row->mac_id)
		ret->item.mac_id = row->mac_id;
	if (row->product)
		ret->item.product = row->product;
	if (told)
		ret->item.secret = told;
	return device_plan(mem, db, ret, before);
}

static void count_step(const struct step *step, struct inventory_counts *counts)
{
	counts->rows++;
	counts->added += step->is_new;
	counts->changed += !step->is_new && step->is_change;
	counts->unchanged += !step->is_new && !step->is_change;
	counts->devices += step->device != NULL;
}

int inventory_compare(struct db *db, const struct inventory_row *rows, size_t count,
		      struct inventory_counts *counts)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(mem_freep) void *scratch = mem_root("inventory");
		struct step step;
		int r = plan(scratch, db, &rows[i], &step);

		if (r < 0)
			return r;
		count_step(&step, counts);
	}
	return 0;
}

static int put(struct db *db, const struct inventory_row *row, struct inventory_counts *counts)
{
	CLEANUP(mem_freep) void *scratch = mem_root("inventory");
	struct step step;
	int r = plan(scratch, db, row, &step);

	if (r < 0)
		return r;
	if (step.is_new || step.is_change)
		r = inventory_put(db, &step.item);
	if (r == 0 && step.device) {
		r = device_update(db, step.device);
		writer_touch(db);
	}
	if (r == 0)
		count_step(&step, counts);
	return r;
}

static json_t *counts_json(const struct inventory_counts *counts)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "rows", (json_int_t)counts->rows, "added",
			 (json_int_t)counts->added, "changed", (json_int_t)counts->changed,
			 "unchanged", (json_int_t)counts->unchanged, "devices",
			 (json_int_t)counts->devices);
}

static int audit_counts(struct change *change, const struct inventory_counts *counts,
			int64_t *audit_id)
{
	json_t *json = counts_json(counts);
	char *text;
	int r;

	if (!*audit_id) {
		r = fleet_audit(change, "inventory.import", "inventory", NULL, json);
		return r < 0 ? r : audit_last(change->db, audit_id);
	}
	text = json_dumps(json, JSON_COMPACT);
	r = audit_amend(change->db, *audit_id, text);
	free(text);
	json_decref(json);
	return r;
}

int fleet_inventory_put(struct change *change, const struct inventory_row *rows, size_t count,
			struct inventory_counts *counts, int64_t *audit_id)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = put(change->db, &rows[i], counts);
	return r < 0 ? r : audit_counts(change, counts, audit_id);
}

static char *object_of(struct change *change, int64_t mac)
{
	char text[MAC_LEN + 1];

	mac_format(mac, text);
	return mem_printf(change->mem, "inventory:%s", text);
}

int fleet_inventory_remove(struct change *change, int64_t mac)
{
	struct inventory *item;
	int r = inventory_find(change->mem, change->db, mac, &item);

	if (r == 0)
		return -E_INVENTORY_UNKNOWN;
	if (r > 0)
		r = inventory_delete(change->db, mac);
	if (r < 0)
		return r;
	return fleet_audit(change, "inventory.remove", object_of(change, mac),
			   json_pack("{s:o, s:o, s:o}", "suffix",
				     item->mac_id ? json_string("set") : json_null(), "product",
				     audit_string(item->product), "secret",
				     audit_secret(item->secret)),
			   NULL);
}

int fleet_inventory_unlock(struct change *change, int64_t mac)
{
	struct mac_id_failure failure;
	int r = mac_id_failure_find(change->db, mac, &failure);

	if (r == 0)
		return -E_MAC_ID_NOT_TRIED;
	if (r > 0)
		r = mac_id_failure_delete(change->db, mac);
	if (r < 0)
		return r;
	return fleet_audit(change, "inventory.unlock", object_of(change, mac),
			   json_pack("{s:I, s:I}", "failures", (json_int_t)failure.failures,
				     "locked_until", (json_int_t)failure.locked_until),
			   NULL);
}
