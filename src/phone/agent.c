/* SPDX-License-Identifier: MIT */
#include "phone/agent.h"

#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
#include "fleet/learn.h"
#include "http/request.h"
#include "phone/profile.h"
#include "phone/proof.h"

/* Never 0. */
static uint64_t hash(const char *s)
{
	uint64_t h = hash_text(s);

	return h ? h : 1;
}

static bool is_known(const struct device_fetch *fetch, const struct user_agent *agent)
{
	return fetch->firmware && strcmp(fetch->firmware, agent->version) == 0 &&
	       (agent->capacity < 0 || agent->capacity == fetch->capacity);
}

static void learnt(void *arg, int result)
{
	struct profile *profile = arg;

	/* What did not reach the disk is looked at again. */
	if (result < 0)
		profile->agent = 0;
	profile_unref(profile);
}

void agent_note(struct request *req, struct profile *profile)
{
	const char *text = request_header(req, "User-Agent");
	uint64_t now = text ? hash(text) : 0;
	uint64_t before = atomic_load_explicit(&profile->agent, memory_order_relaxed);
	struct user_agent agent;

	if (!text || before == now || atomic_exchange(&profile->agent, now) == now)
		return;
	/* Where nothing is proved, anybody might say it. */
	if (proof_is_open(req) || !user_agent_parse(text, &agent) ||
	    !user_agent_is_of(&agent, profile->mac))
		return;
	/* What the profile knows is of when it was loaded, so only its first look counts. */
	if (before == 0 && is_known(&profile->fetch, &agent))
		return;
	if (learn_agent(profile->mac, &agent, learnt, profile_ref(profile)) < 0)
		learnt(profile, -1);
}
