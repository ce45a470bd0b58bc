/* SPDX-License-Identifier: MIT */
#include "redirect/mirror.h"

#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "db/writer.h"
#include "store/outbox.h"
#include "store/registration.h"

const char *mirror_provider(const struct config_upstream *upstream, const char *provider)
{
	const struct config_words *mirrored = &upstream->providers;
	size_t i = 0;

	while (i < mirrored->count && strcmp(mirrored->words[i], provider) != 0)
		i++;
	if (mirrored->count > 0 && i == mirrored->count)
		return NULL;
	return *upstream->provider ? upstream->provider : provider;
}

int mirror_one(struct db *db, const struct config_upstream *upstream, const char *action,
	       const struct registration *registration, const char *mac_id)
{
	int64_t now = clock_now();
	struct outbox row = {
		.upstream = upstream->name,
		.mac = registration->mac,
		.action = action,
		.mac_id = mac_id,
		.url = registration->url,
		.next_at = now,
		.created_at = now,
	};

	if (registration->provider)
		row.provider = *upstream->provider ? upstream->provider : registration->provider;
	writer_wake(db);
	return outbox_insert(db, &row);
}

static int mirror_all(struct db *db, const struct config *config, const char *action,
		      const struct registration *registration, const char *mac_id)
{
	int r = 0;

	for (size_t i = 0; config && i < config->upstream_count && r == 0; i++)
		if (mirror_provider(&config->upstreams[i], registration->provider))
			r = mirror_one(db, &config->upstreams[i], action, registration, mac_id);
	return r;
}

int mirror_register(struct db *db, const struct config *config,
		    const struct registration *registration, const char *mac_id)
{
	return mirror_all(db, config, "register", registration, mac_id);
}

int mirror_deregister(struct db *db, const struct config *config,
		      const struct registration *registration)
{
	return mirror_all(db, config, "deregister", registration, NULL);
}
