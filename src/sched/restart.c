/* SPDX-License-Identifier: MIT */
#include "offer.h"

/* No document makes a phone restart: it is told to, and its next fetch shows that it has. */
int offer_restart(struct offer *offer)
{
	if (!offer->reaches)
		return diag_set(offer->change->diag, -E_JOB_NOTHING,
				"it cannot be told to restart");
	return offer_touch(offer);
}
