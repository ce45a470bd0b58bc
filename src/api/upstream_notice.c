/* SPDX-License-Identifier: MIT */
#include "upstream.h"

#include <string.h>
#include <strings.h>

#include "api/answer.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "fleet/upstream.h"
#include "store/outbox.h"
#include "store/upstream_state.h"

static void add(json_t *notices, const char *text)
{
	json_array_append_new(notices, api_text(text));
}

static bool is_in_clear(const char *url)
{
	static const char *const near[] = {"127.", "localhost", "[::1]"};

	if (strncasecmp(url, "http://", 7) != 0)
		return false;
	for (size_t i = 0; i < COUNT_OF(near); i++)
		if (strncasecmp(url + 7, near[i], strlen(near[i])) == 0)
			return false;
	return true;
}

static void notice_health(void *mem, const struct config_upstream *upstream, json_t *notices)
{
	struct upstream_health health;

	fleet_upstream_link()->health(upstream->name, &health);
	if (health.denied)
		add(notices, mem_printf(mem, "upstream %s refuses user and password: %s",
					upstream->name, health.words));
	else if (health.failures > 0)
		add(notices, mem_printf(mem, "upstream %s fails (%lld times in a row): %s",
					upstream->name, (long long)health.failures, health.words));
	if (is_in_clear(upstream->url))
		add(notices, mem_printf(mem,
					"[upstream %s] has an http:// URL: whoever is on the way "
					"can read the password and those of the devices",
					upstream->name));
}

static int notice_states(void *mem, struct db *db, const char *name, json_t *notices)
{
	int64_t refused, confirmed;
	int r = upstream_state_count(db, name, "refused", &refused);

	if (r == 0)
		r = upstream_state_count(db, name, "confirmed", &confirmed);
	if (r < 0)
		return r;
	if (refused > 0)
		add(notices, mem_printf(mem,
					"upstream %s refused %s: gigaprovctl upstream "
					"status %s",
					name, text_count(mem, refused, "device"), name));
	if (confirmed > 0)
		add(notices, mem_printf(mem,
					"%s registered at upstream %s without its "
					"having told the password: gigaprovctl upstream retry %s",
					text_count(mem, confirmed, "device"), name, name));
	return 0;
}

int upstream_notices(void *mem, struct db *db, const struct config *config, json_t *notices)
{
	struct outbox_waiting *waiting;
	size_t count;
	int r = outbox_waiting(mem, db, &waiting, &count);

	for (size_t i = 0; i < config->upstream_count && r == 0; i++) {
		notice_health(mem, &config->upstreams[i], notices);
		r = notice_states(mem, db, config->upstreams[i].name, notices);
	}
	for (size_t i = 0; i < count; i++)
		if (!config_upstream_find(config, waiting[i].upstream))
			add(notices, mem_printf(mem,
						"there is no [upstream %s] any more, and %lld "
						"registrations and deregistrations wait for it",
						waiting[i].upstream, (long long)waiting[i].rows));
	return r;
}
