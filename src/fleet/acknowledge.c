/* SPDX-License-Identifier: MIT */
#include "fleet/acknowledge.h"

#include "base/mem.h"
#include "fleet/audit.h"
#include "fleet/scope.h"
#include "store/device.h"

static int find(struct change *change, int64_t mac, int64_t shown_missing,
		struct rendition_held **ret)
{
	struct device *device;
	int r = device_get(change->mem, change->db, mac, &device);

	if (r == 0)
		r = rendition_held_find(change->mem, change->db, mac, ret);
	if (r < 0)
		return r;
	if (r == 0)
		return diag_set(change->diag, -E_NOTHING_HELD,
				"nothing of this device is held back; what the guard would hold "
				"is known when the device asks, or by: preview");
	if (shown_missing && shown_missing != (*ret)->missing)
		return diag_set(change->diag, -E_HELD_OTHERWISE,
				"by now %lld of %lld handsets would go, not %lld; look again",
				(long long)(*ret)->missing, (long long)(*ret)->all,
				(long long)shown_missing);
	return 0;
}

int fleet_acknowledge(struct change *change, int64_t mac, int64_t shown_missing,
		      struct rendition_held **ret)
{
	struct rendition_held *held;
	int r = find(change, mac, shown_missing, &held);

	if (r == 0)
		r = rendition_acknowledge(change->db, mac);
	if (r == 0)
		r = device_touch(change->db, mac);
	if (r < 0)
		return r;
	writer_touch(change->db);
	*ret = held;
	return fleet_audit(change, "device.acknowledge", scope_device(change->mem, mac),
			   json_pack("{s:I}", "handsets", (json_int_t)held->all),
			   json_pack("{s:I, s:I, s:s}", "handsets",
				     (json_int_t)(held->all - held->missing), "gone",
				     (json_int_t)held->missing, "which", held->handsets));
}
