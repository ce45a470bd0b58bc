/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "fleet/device.h"
#include "import_part.h"
#include "store/device.h"

/* A field of a new device, of one that is there, or as it was. */
static bool text_take(struct import_part *part, const struct import_row *row, enum import_cell cell,
		      const char *was, const char **ret)
{
	if (!row->cells[cell])
		return false;
	*ret = import_text(row->cells[cell]);
	return import_differs(part, "device", import_cell_name(cell), was, *ret);
}

static bool secret_take(struct import_part *part, const struct import_row *row,
			enum import_cell cell, const struct secret *was, const struct secret **ret)
{
	if (!row->cells[cell])
		return false;
	*ret = secret_new(part->change->mem, row->cells[cell]);
	return import_differs_secret(part, "device", import_cell_name(cell), was, *ret);
}

static int check_keeps(struct change *change, const struct import_row *row,
		       const struct device *was)
{
	if ((row->keeps[CELL_SECRET] && !was->secret) ||
	    (row->keeps[CELL_PASSWORD] && !was->user_password))
		return diag_set(change->diag, -E_VALUE,
				"%s stands for a secret that is not here; export it with --reveal",
				IMPORT_KEEP);
	return 0;
}

int import_device_row(struct import_part *part, const struct import_row *row)
{
	static const struct device none = {0};
	struct change *change = part->change;
	struct device_input input = {0};
	struct device *device = NULL;
	const struct device *was = &none;
	int r = device_find(change->mem, change->db, row->mac, &device);
	bool is_new = r == 0 || (r > 0 && !device->product);

	if (r < 0)
		return r;
	if (device)
		was = device;
	r = check_keeps(change, row, was);
	if (r < 0)
		return r;
	input.has_product = text_take(part, row, CELL_PRODUCT, was->product, &input.product);
	input.has_group = text_take(part, row, CELL_GROUP, was->group, &input.group);
	input.has_name = text_take(part, row, CELL_NAME, was->name, &input.name);
	input.has_user = text_take(part, row, CELL_USER, was->user_name, &input.user);
	input.has_secret = secret_take(part, row, CELL_SECRET, was->secret, &input.secret);
	input.has_password =
		secret_take(part, row, CELL_PASSWORD, was->user_password, &input.password);
	if (import_text(row->cells[CELL_LOCKED])) {
		input.locked = strcmp(row->cells[CELL_LOCKED], "yes") == 0;
		input.has_locked =
			import_differs(part, "device", "locked", was->locked_at ? "yes" : "no",
				       input.locked ? "yes" : "no");
	}
	/* Without its user a password is nobody's. */
	if (input.has_user && !input.user) {
		input.has_password = true;
		input.password = NULL;
	}
	if (device && !part->after) {
		part->counts->unchanged++;
		return 0;
	}
	if (is_new && input.product)
		r = fleet_device_add(change, row->mac, &input);
	else if (device)
		r = fleet_device_set(change, row->mac, &input);
	else
		r = diag_set(change->diag, -E_FIELD_MISSING, "a new device needs a product");
	if (r < 0)
		return r;
	part->touched = true;
	import_row_told(part, row, device == NULL, "device");
	*(device ? &part->counts->changed : &part->counts->added) += 1;
	return 0;
}
