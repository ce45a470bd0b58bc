/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <assert.h>
#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"

/*
 * The configuration in force, counted.
 *
 * To load a pointer and then raise a count behind it is a race: in between the
 * last user may go, and the count with it.  So which configuration is in force
 * and how often it was pinned are one word, and a pin is one addition to it:
 * it names the configuration and counts its user in the same instant.
 *
 * A release cannot find its way back to that word, since another configuration
 * may be there by now.  It goes to the configuration's slot, below zero while
 * it is in force.  config_use() takes the old word out as a whole and adds the
 * pins that it counted to the slot: what is left is the number of users that
 * have not released yet, and whoever brings it to zero frees.
 */

enum {
	SLOTS = 256, /* configurations that still have users; slot 0 is none at all */
	PIN_BITS = 48,
};

#define PINS(word) ((int64_t)((word) & ((UINT64_C(1) << PIN_BITS) - 1)))
#define SLOT(word) ((unsigned)((word) >> PIN_BITS))

struct slot {
	_Atomic(struct config *) config; /* NULL: free */
	atomic_int_fast64_t balance;
};

static struct slot slots[SLOTS];
static atomic_uint_fast64_t in_force;

static void slot_free(struct slot *slot)
{
	mem_free(atomic_load(&slot->config));
	atomic_store(&slot->balance, 0);
	atomic_store(&slot->config, NULL);
}

/* Waits when 255 reloads came while requests of the first were still going on. */
static unsigned slot_take(struct config *config)
{
	static const struct timespec pause = {.tv_nsec = 1000000};

	for (;;) {
		for (unsigned i = 1; i < SLOTS; i++) {
			if (atomic_load(&slots[i].config))
				continue;
			config->slot = i;
			atomic_store(&slots[i].config, config);
			return i;
		}
		nanosleep(&pause, NULL);
	}
}

void config_use(struct config *next)
{
	uint64_t word = next ? (uint64_t)slot_take(next) << PIN_BITS : 0;
	uint64_t last = atomic_exchange(&in_force, word);
	struct slot *slot = &slots[SLOT(last)];
	int64_t pins = PINS(last);

	if (SLOT(last) != 0 && atomic_fetch_add(&slot->balance, pins) + pins == 0)
		slot_free(slot);
}

const struct config *config_pin(void)
{
	uint64_t word = atomic_fetch_add(&in_force, 1);

	assert(SLOT(word) != 0);
	return atomic_load(&slots[SLOT(word)].config);
}

void config_release(const struct config *config)
{
	struct slot *slot = &slots[config->slot];

	if (atomic_fetch_sub(&slot->balance, 1) == 1)
		slot_free(slot);
}
