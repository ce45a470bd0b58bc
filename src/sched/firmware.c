/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "fleet/firmware.h"
#include "fleet/operation.h"
#include "fleet/version.h"
#include "fleet/wpi_order.h"
#include "offer.h"
#include "render/format.h"
#include "store/device.h"

static int file_of(struct offer *offer, const char **ret)
{
	struct firmware *files;
	size_t count;
	int r = firmware_of_product(offer->change->mem, offer->change->db, offer->device->product,
				    &files, &count);

	*ret = NULL;
	for (size_t i = 0; i < count && r == 0; i++)
		if (version_is(files[i].version) &&
		    version_compare(files[i].version, offer->job->version) == 0)
			*ret = files[i].name;
	if (r < 0 || *ret)
		return r;
	return diag_set(offer->change->diag, -E_FIRMWARE_UNKNOWN,
			"no firmware for %s has version %s", offer->device->product,
			offer->job->version);
}

static bool runs_it(struct offer *offer)
{
	const char *now = offer->device->firmware;
	int order = version_is(now) ? version_compare(now, offer->job->version) : -1;

	if (order != 0 && (order < 0 || offer->job->downgrade))
		return false;
	offer->words = mem_printf(offer->change->mem, "runs %s", now);
	return true;
}

int offer_firmware(struct offer *offer)
{
	const struct wpi_order_new order = {.kind = WPI_ORDER_KIND_firmware,
					    .version = offer->job->version,
					    .downgrade = offer->job->downgrade};
	struct operation_new new = {.kind = OPERATION_FIRMWARE, .start_at = offer->now};
	struct change *change = offer->change;
	const struct product *product = product_find(offer->device->product);
	const char *file;
	char *url;
	int r;

	if (runs_it(offer))
		return 1;
	if (offer_is_order(offer))
		return offer_order(offer, &order);
	if (!product || !operation_is_carried(product, OPERATION_FIRMWARE))
		return diag_set(change->diag, -E_JOB_NOTHING,
				"documents of this product have no firmware block; the setting "
				"firmware.version tells it what to run");
	/* An earlier try's is written for days. */
	if (offer->row->operation_id)
		return offer_touch(offer);
	r = file_of(offer, &file);
	if (r == 0)
		r = firmware_link_of(change->mem, change->db, change->config, offer->row->mac, file,
				     offer->job->downgrade, &url, change->diag);
	if (r < 0)
		return r;
	new.url = url;
	return fleet_operation_add(change, offer->row->mac, &new, &offer->row->operation_id);
}
