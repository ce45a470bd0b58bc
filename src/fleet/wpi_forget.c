/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_forget.h"

#include <string.h>

#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "render/format.h"
#include "render/item.h"
#include "store/device.h"
#include "store/wpi_item.h"

/* Names alone: what was kept may be a password. */
static int rows_json(struct change *change, int64_t mac, const char *name, int index, json_t **ret)
{
	struct wpi_item_row *rows;
	size_t count;
	int r = wpi_item_list(change->mem, change->db, mac, &rows, &count);

	if (r < 0)
		return r;
	*ret = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct wpi_item_row *row = &rows[i];

		if ((name && (strcmp(row->name, name) != 0 || row->index != index)) ||
		    (!row->status && !row->is_kept))
			continue;
		json_array_append_new(*ret,
				      json_pack("{s:s, s:s?, s:b}", "item",
						item_text(change->mem, row->name, row->index),
						"refused", row->status, "kept", row->is_kept));
	}
	return 0;
}

int fleet_wpi_forget(struct change *change, int64_t mac, const char *item, int64_t *ret)
{
	char name[ITEM_NAME_MAX + 1];
	int index = ITEM_NO_INDEX, r;
	struct device *device;
	json_t *before;

	if (item && !item_parse(item, name, &index))
		return diag_set(change->diag, -E_WPI_ITEM, "'%s': %s", item,
				error_text(-E_WPI_ITEM));
	r = device_get(change->mem, change->db, mac, &device);
	if (r < 0)
		return r;
	if (!product_is_desk_phone(product_find(device->product)))
		return -E_WPI_PRODUCT;
	r = rows_json(change, mac, item ? name : NULL, index, &before);
	if (r < 0)
		return r;
	r = wpi_item_forget(change->db, mac, item ? name : NULL, index, ret);
	if (r < 0) {
		json_decref(before);
		return r;
	}
	return fleet_audit(change, "wpi.forget",
			   mem_printf(change->mem, "%s %s", scope_device(change->mem, mac),
				      item ? item : "items"),
			   before, NULL);
}
