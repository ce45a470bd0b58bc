/* SPDX-License-Identifier: MIT */
#include "fleet/upstream_diff.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/config.h"
#include "fleet/upstream.h"
#include "redirect/mirror.h"
#include "store/outbox.h"
#include "store/provider.h"
#include "store/registration.h"
#include "store/upstream_state.h"

enum { PAGE_ROWS = 500 };

/* Each holds a worker for as long as the other server takes. */
static atomic_flag is_reading = ATOMIC_FLAG_INIT;

struct comparing {
	void *mem;
	struct db *db;
	const struct config_upstream *upstream;
	struct upstream_diff *diff;
	int64_t *macs; /* of the other list */
	size_t count;
	int64_t after; /* MAC, in our own list */
	int error;
};

static const char *copy(void *mem, const char *s)
{
	return s ? mem_strdup(mem, s) : NULL;
}

static int state_of(struct comparing *comparing, int64_t mac, const char **ret)
{
	struct upstream_state *state;
	int64_t waiting;
	int r = outbox_count_of(comparing->db, comparing->upstream->name, mac, &waiting);

	*ret = "waiting";
	if (r < 0 || waiting > 0)
		return r;
	r = upstream_state_find(comparing->mem, comparing->db, comparing->upstream->name, mac,
				&state);
	*ret = r > 0 ? state->state : NULL;
	return r < 0 ? r : 0;
}

static int differ(struct comparing *comparing, const struct upstream_difference *difference)
{
	struct upstream_diff *diff = comparing->diff;
	struct upstream_difference *row;

	if (diff->count == UPSTREAM_DIFF_MAX)
		return 0;
	row = mem_push(comparing->mem, &diff->rows, &diff->count);
	*row = *difference;
	row->provider_here = copy(comparing->mem, difference->provider_here);
	row->url_here = copy(comparing->mem, difference->url_here);
	row->provider_there = copy(comparing->mem, difference->provider_there);
	row->url_there = copy(comparing->mem, difference->url_there);
	return state_of(comparing, difference->mac, &row->state);
}

/* A row of the other server's list. */
static int compare(void *arg, const struct upstream_entry *entry)
{
	CLEANUP(mem_freep) void *scratch = mem_root("diff");
	struct comparing *comparing = arg;
	struct upstream_diff *diff = comparing->diff;
	struct upstream_difference difference = {
		.mac = entry->mac,
		.what = "only_there",
		.provider_there = entry->provider,
		.url_there = entry->url,
	};
	struct registration *here;
	const char *name;
	int r = registration_find(scratch, comparing->db, entry->mac, &here);

	if (r < 0)
		return r;
	diff->there++;
	*mem_push(comparing->mem, &comparing->macs, &comparing->count) = entry->mac;
	name = r > 0 ? mirror_provider(comparing->upstream, here->provider) : NULL;
	if (!name) {
		diff->only_there++;
		return differ(comparing, &difference);
	}
	if (strcmp(name, entry->provider) == 0 && strcmp(here->url, entry->url) == 0) {
		diff->equal++;
		return 0;
	}
	diff->different++;
	difference.what = "different";
	difference.provider_here = here->provider;
	difference.url_here = here->url;
	return differ(comparing, &difference);
}

static int by_mac(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* One of ours: is it in the other list? */
static void here_row(void *arg, const struct registration *here)
{
	struct comparing *comparing = arg;
	struct upstream_difference difference = {
		.mac = here->mac,
		.what = "only_here",
		.provider_here = here->provider,
		.url_here = here->url,
	};

	comparing->diff->here++;
	if (comparing->error < 0 ||
	    (comparing->count > 0 &&
	     bsearch(&here->mac, comparing->macs, comparing->count, sizeof(int64_t), by_mac)))
		return;
	comparing->diff->only_here++;
	comparing->error = differ(comparing, &difference);
}

/* Registrations of one provider that the other list has not named. */
static int provider_compare(struct comparing *comparing, const struct provider *provider)
{
	struct registration_cursor cursor = {.after = -1};
	int r;

	do {
		r = registration_walk(comparing->db, provider, &cursor, PAGE_ROWS, here_row,
				      comparing);
		if (comparing->error < 0)
			return comparing->error;
	} while (r > 0);
	return r;
}

static int here_compare(struct comparing *comparing)
{
	struct provider *providers;
	size_t count;
	int r = provider_list_of(comparing->mem, comparing->db, 0, &providers, &count);

	if (r == 0 && comparing->count > 0)
		qsort(comparing->macs, comparing->count, sizeof(int64_t), by_mac);
	for (size_t i = 0; i < count && r == 0; i++)
		if (mirror_provider(comparing->upstream, providers[i].name))
			r = provider_compare(comparing, &providers[i]);
	return r;
}

int upstream_diff_read(void *mem, const struct config_upstream *upstream, int64_t timeout_ms,
		       struct upstream_diff **ret, struct diag *reterr)
{
	struct comparing comparing = {.mem = mem, .upstream = upstream};
	int r = fleet_reader(&comparing.db);

	if (r < 0)
		return r;
	if (atomic_flag_test_and_set(&is_reading))
		return diag_set(reterr, -E_BUSY, "another list is being compared; try again");
	comparing.diff = mem_new(mem, struct upstream_diff);
	r = fleet_upstream_link()->list(upstream, timeout_ms, compare, &comparing, reterr);
	atomic_flag_clear(&is_reading);
	if (r == 0)
		r = here_compare(&comparing);
	if (r < 0)
		return r;
	*ret = comparing.diff;
	return 0;
}
