/* SPDX-License-Identifier: MIT */
/*
 * The configuration in force, pinned once per request: two atomic operations
 * and no lock.
 *
 * The current slot and the number of pins ever taken on it share one word, so
 * that a pin reads the one and counts the other at once.  Releases count
 * downwards in the slot itself.  When a configuration is replaced, the pins of
 * its word are added to its slot; whoever then brings the slot to zero frees it.
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "config/config.h"

enum { SLOT_COUNT = 256, PIN_BITS = 48 };

#define PIN_MASK ((UINT64_C(1) << PIN_BITS) - 1)

struct slot {
	struct config *_Atomic config;
	_Atomic int64_t balance; /* releases, negative, until it is replaced; then the pins left */
};

static struct slot slots[SLOT_COUNT];
static _Atomic uint64_t current; /* slot << PIN_BITS | pins */
static pthread_mutex_t use_lock = PTHREAD_MUTEX_INITIALIZER;

static void slot_settle(struct slot *slot, int64_t change)
{
	struct config *config = slot->config;

	if (atomic_fetch_add_explicit(&slot->balance, change, memory_order_acq_rel) + change != 0)
		return;
	slot->config = NULL;
	mem_free(config);
}

void config_use(struct config *next)
{
	uint64_t old;
	unsigned free_slot = 0;

	pthread_mutex_lock(&use_lock);
	while (free_slot < SLOT_COUNT && slots[free_slot].config)
		free_slot++;
	assert(free_slot < SLOT_COUNT);
	atomic_store(&slots[free_slot].balance, 0);
	slots[free_slot].config = next;
	/* The first one takes a place; there was none before it to let go. */
	old = atomic_exchange_explicit(&current, (uint64_t)free_slot << PIN_BITS,
				       memory_order_acq_rel);
	if (old >> PIN_BITS != free_slot)
		slot_settle(&slots[old >> PIN_BITS], (int64_t)(old & PIN_MASK));
	pthread_mutex_unlock(&use_lock);
}

const struct config *config_pin(void)
{
	uint64_t now = atomic_fetch_add_explicit(&current, 1, memory_order_acq_rel);

	return slots[now >> PIN_BITS].config;
}

void config_release(const struct config *config)
{
	unsigned i = (unsigned)(atomic_load_explicit(&current, memory_order_acquire) >> PIN_BITS);

	if (!config)
		return;
	if (slots[i].config != config)
		for (i = 0; slots[i].config != config; i++)
			assert(i + 1 < SLOT_COUNT);
	slot_settle(&slots[i], -1);
}
