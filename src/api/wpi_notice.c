/* SPDX-License-Identifier: MIT */
#include "wpi_notice.h"

#include "api/answer.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "store/wpi_trust.h"

enum { ENDING_SECONDS = 90 * 86400 };

static void add(json_t *notices, const char *text)
{
	json_array_append_new(notices, api_text(text));
}

static bool is_near(const char *text)
{
	struct net_address address;

	return net_address_parse(text, &address) && net_address_is_loopback(&address);
}

/* Somebody who is not on this machine may claim to be a phone. */
static bool is_reachable(const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].planes & PLANE_WPI &&
		    !is_near(config->listeners[i].address))
			return true;
	return false;
}

int wpi_notices(void *mem, struct db *db, const struct config *config, json_t *notices)
{
	int64_t count;
	int r = wpi_trust_count_ending(db, clock_now() + ENDING_SECONDS, &count);

	if (r < 0)
		return r;
	if (config->wpi.secrets == WPI_SECRETS_ALWAYS && !config->wpi.networks.count &&
	    is_reachable(config))
		add(notices, "[wpi] secrets = always, and no networks: whoever claims the MAC of a "
			     "desk phone that is not in secure mode gets its passwords");
	if (count > 0)
		add(notices,
		    mem_printf(mem,
			       "certificates of %lld desk phones have run out or will within 90 "
			       "days; a new one: gigaprovctl wpi secure MAC",
			       (long long)count));
	return 0;
}
