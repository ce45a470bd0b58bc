/* SPDX-License-Identifier: MIT */
#include "fleet/watch.h"

#include <stdatomic.h>
#include <stddef.h>

enum { PLACES_LOG2 = 16 };

static _Atomic uint32_t watched[1 << PLACES_LOG2];
static _Atomic(watch_fetched *) listener;

static _Atomic uint32_t *place_of(int64_t mac)
{
	return &watched[(uint64_t)mac * 0x9e3779b97f4a7c15u >> (64 - PLACES_LOG2)];
}

void watch_add(int64_t mac)
{
	atomic_fetch_add(place_of(mac), 1);
}

void watch_remove(int64_t mac)
{
	atomic_fetch_sub(place_of(mac), 1);
}

void watch_note(int64_t mac)
{
	watch_fetched *fetched;

	if (atomic_load_explicit(place_of(mac), memory_order_relaxed) == 0)
		return;
	fetched = atomic_load(&listener);
	if (fetched)
		fetched(mac);
}

void watch_setup(watch_fetched *fetched)
{
	atomic_store(&listener, fetched);
}
