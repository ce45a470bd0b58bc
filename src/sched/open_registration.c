/* SPDX-License-Identifier: MIT */
#include "fleet/operation.h"
#include "offer.h"
#include "render/format.h"
#include "store/device.h"

/* The window of an earlier try, while it lasts. */
static int is_open(const struct offer *offer)
{
	struct operation *operations;
	size_t count;
	int r = offer->row->operation_id ? operation_list(offer->change->mem, offer->change->db,
							  offer->row->mac, &operations, &count)
					 : 0;

	if (r < 0 || !offer->row->operation_id)
		return r;
	for (size_t i = 0; i < count; i++)
		if (operations[i].id == offer->row->operation_id)
			return operation_is_written(&operations[i], offer->now);
	return 0;
}

int offer_open_registration(struct offer *offer)
{
	const struct product *product = product_find(offer->device->product);
	const struct operation_new new = {
		.kind = OPERATION_OPEN_REGISTRATION,
		.dm = offer->job->dm,
		.start_at = offer->now,
		.duration = offer->job->duration,
		.password = offer->job->password,
	};
	int r;

	if (!product || !product->handsets_max)
		return diag_set(offer->change->diag, -E_JOB_NOTHING,
				"devices of this product have no DECT handsets");
	r = is_open(offer);
	if (r != 0)
		return r < 0 ? r : offer_touch(offer);
	r = fleet_operation_add(offer->change, offer->row->mac, &new, &offer->row->operation_id);
	return r == -E_WINDOW ? -E_BUSY : r;
}
