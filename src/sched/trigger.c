/* SPDX-License-Identifier: MIT */
#include "trigger.h"

#include "base/log.h"
#include "config/config.h"
#include "fleet/notify.h"
#include "render/format.h"
#include "store/mac.h"

static bool reaches(const struct config *config, const char *product)
{
	const struct product *found = product_find(product);

	if (!found)
		return false;
	switch (found->format->trigger->way) {
	case TRIGGER_SIP:
		return config->sip.notify;
	case TRIGGER_CONTACT_ME:
		return notify_contact_of() != NULL;
	case TRIGGER_POLL:
		break;
	}
	return false;
}

/* One that is not taken is a try that has failed: there will be another one. */
static void tell(int64_t mac, bool restart)
{
	const struct notify_order order = {.mac = mac, .reboot = restart};
	char text[MAC_LEN + 1];
	int r = notify_order(&order);

	mac_format(mac, text);
	if (r < 0)
		log_warn("a device was not told to fetch", LOG_S("mac", text), LOG_E(r));
}

const struct turn_trigger sched_trigger = {reaches, tell};
