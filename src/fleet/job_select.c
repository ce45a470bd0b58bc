/* SPDX-License-Identifier: MIT */
/* Which devices a job is for: pages of rows, so that no write operation takes long. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fleet/version.h"
#include "job_selector.h"
#include "store/group.h"
#include "store/provider.h"
#include "window/spread.h"

enum { SELECTED_AT_ONCE = 500 };

int job_selector_open(void *mem, struct db *db, const struct job *job, struct job_selector *ret)
{
	struct provider *provider;
	struct group *group;
	int r;

	*ret = (struct job_selector){
		.job = job, .firmware = job->firmware, .below = job->firmware_below};
	if (job->group) {
		r = group_find(mem, db, job->group, &group);
		if (r <= 0)
			return r < 0 ? r : -E_GROUP_UNKNOWN;
		ret->group_id = group->id;
	}
	if (job->provider) {
		r = provider_find(mem, db, job->provider, &provider);
		if (r <= 0)
			return r < 0 ? r : -E_PROVIDER_UNKNOWN;
		ret->provider_id = provider->id;
	}
	return 0;
}

bool job_selector_takes(const struct job_selector *selector, const struct job_candidate *candidate)
{
	const char *product = selector->job->product;

	if (selector->group_id && candidate->group_id != selector->group_id)
		return false;
	if (selector->provider_id && candidate->provider_id != selector->provider_id)
		return false;
	if (product && strcmp(candidate->product, product) != 0)
		return false;
	if (!selector->firmware && !selector->below)
		return true;
	if (!version_is(candidate->firmware))
		return false;
	if (selector->firmware && version_compare(candidate->firmware, selector->firmware) != 0)
		return false;
	return !selector->below || version_compare(candidate->firmware, selector->below) < 0;
}

int64_t job_wave_of(const struct job *job, const struct job_wave *waves, size_t count, int64_t mac)
{
	for (size_t i = 0; i < count; i++)
		if (waves[i].percent &&
		    spread_wave_is_open((uint64_t)mac, job->rollout, (unsigned)waves[i].percent))
			return waves[i].wave;
	return waves[count - 1].wave;
}

int job_selected(struct db *db, const struct job *job, int64_t mac, int64_t wave)
{
	struct job_wave more = {.wave = wave, .devices = 1};
	int r = job_device_insert(db, job->id, mac, wave);

	return r <= 0 ? r : job_wave_add(db, job->id, &more);
}

static int all_are_there(struct change *change, struct job *job)
{
	struct job_wave *waves;
	int64_t devices = 0;
	size_t count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &count);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		devices += waves[i].devices;
	job->phase = JOB_RUNNING;
	job->next_wave_at = clock_now();
	if (devices)
		return 0;
	job->phase = JOB_DONE;
	job->next_wave_at = 0;
	job->ended_at = clock_now();
	job->reason = "no device is one of those that were asked for";
	return 0;
}

static int take(struct change *change, struct job *job, const struct job_selector *selector,
		const struct job_candidate *candidates, size_t count)
{
	struct job_wave *waves;
	size_t wave_count;
	int r = job_wave_list(change->mem, change->db, job->id, &waves, &wave_count);

	for (size_t i = 0; i < count && r == 0; i++) {
		const struct job_candidate *candidate = &candidates[i];

		job->cursor = candidate->mac;
		if (job_selector_takes(selector, candidate))
			r = job_selected(change->db, job, candidate->mac,
					 job_wave_of(job, waves, wave_count, candidate->mac));
	}
	return r;
}

int job_select(struct change *change, struct job *job)
{
	struct job_candidate *candidates;
	struct job_selector selector;
	struct job_filter filter = {.after = job->cursor, .limit = SELECTED_AT_ONCE};
	size_t count;
	int r = job_selector_open(change->mem, change->db, job, &selector);

	/* What they belonged to has been removed meanwhile: nobody belongs to it. */
	if (r == -E_GROUP_UNKNOWN || r == -E_PROVIDER_UNKNOWN)
		return all_are_there(change, job);
	if (r < 0)
		return r;
	filter.group_id = selector.group_id;
	filter.provider_id = selector.provider_id;
	filter.product = job->product;
	r = job_candidates(change->mem, change->db, &filter, &candidates, &count);
	if (r == 0)
		r = take(change, job, &selector, candidates, count);
	if (r < 0 || count == SELECTED_AT_ONCE)
		return r < 0 ? r : 1;
	return all_are_there(change, job);
}
