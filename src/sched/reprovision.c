/* SPDX-License-Identifier: MIT */
#include "fleet/release.h"
#include "fleet/wpi_order.h"
#include "offer.h"
#include "store/device.h"

int offer_touch(struct offer *offer)
{
	int r = device_touch(offer->change->db, offer->row->mac);

	writer_touch(offer->change->db);
	return r < 0 ? r : 0;
}

/* Whoever ordered the job has said when: what the device's own schedule makes wait, waits no more. */
int offer_reprovision(struct offer *offer)
{
	int r = fleet_release(offer->change, offer->row->mac);

	/* Where it cannot be called, it asks. */
	if (r >= 0 && offer_is_order(offer))
		r = wpi_order_want(offer->change, offer->row->mac, 0);
	return r < 0 ? r : offer_touch(offer);
}
