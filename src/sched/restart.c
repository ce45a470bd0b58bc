/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "fleet/wpi_order.h"
#include "offer.h"

/* No document makes a phone restart: it is told to, and its next fetch shows that it has. */
int offer_restart(struct offer *offer)
{
	const struct wpi_order_new order = {.kind = WPI_ORDER_KIND_restart};

	if (offer_is_order(offer))
		return offer_order(offer, &order);
	if (!offer->reaches)
		return diag_set(offer->change->diag, -E_JOB_NOTHING, "%s",
				offer->change->config->sip.notify
					? "devices of this product are not told anything, and so "
					  "cannot be told to restart"
					: "it cannot be told to restart: [sip] notify = no");
	return offer_touch(offer);
}
