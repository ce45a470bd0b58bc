/* SPDX-License-Identifier: MIT */
#include "fleet/redirection.h"

#include "config/config.h"
#include "redirect/fill.h"
#include "render/format.h"
#include "store/activation.h"
#include "store/handset.h"
#include "store/registration.h"

static int location(void *mem, const struct config_redirect *config, const char *url,
		    struct fill *fill, char **ret)
{
	fill->data_url = *config->data_url ? config->data_url : NULL;
	return fill_url(mem, url, &config->url_schemes, fill, ret);
}

int redirection_of_device(void *mem, struct db *db, const struct config *config,
			  const struct registration_fetch *fetch, char **ret)
{
	const struct product *product = product_find(fetch->product);
	char mac[MAC_LEN + 1];
	char *slots = NULL;
	struct fill fill = {.mac = mac, .dvid = product ? product->dvid : NULL};
	int r = 0;

	mac_format(fetch->mac, mac);
	if (fill_wants_slots(fetch->url))
		r = handset_slot_text(mem, db, fetch->mac, &slots);
	if (r < 0)
		return r;
	/* Without handsets here the phone may still know some. */
	if (slots && *slots)
		fill.slots = slots;
	return location(mem, &config->redirect, fetch->url, &fill, ret);
}

int redirection_of_code(void *mem, const struct config *config, const struct activation *activation,
			char **ret)
{
	struct fill fill = {.code = activation->code};

	return location(mem, &config->redirect, activation->url, &fill, ret);
}
