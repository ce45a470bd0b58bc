/* SPDX-License-Identifier: MIT */
/* Desk phones have no document that says what to do: they are given orders. */
#include "fleet/wpi_order.h"
#include "offer.h"
#include "render/format.h"
#include "store/device.h"

bool offer_is_order(const struct offer *offer)
{
	return product_is_desk_phone(product_find(offer->device->product));
}

int offer_order(struct offer *offer, const struct wpi_order_new *new)
{
	struct wpi_order_new order = *new;
	bool is_there;
	int64_t id;
	int r = wpi_order_has_job(offer->change->db, offer->row->mac, offer->job->id, &is_there);

	/* An earlier try's: the phone has not come for it, or is at it. */
	if (r < 0 || is_there)
		return r;
	order.job_id = offer->job->id;
	order.until_at = offer->row->close_at;
	return fleet_wpi_order_add(offer->change, offer->row->mac, &order, &id);
}
