/* SPDX-License-Identifier: MIT */
/*
 * Sets of a few ways, as in auth_memory.c.  A full set gives up the entry that
 * has the least to lose: the one with the fewest failures, the oldest first.
 */
#include "auth_slow.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/net.h"

enum { WAYS = 8, SETS = 256, KEY_BYTES = 16, FORGET_SECONDS = 3600, DOUBLINGS_MAX = 20 };

struct guesses {
	uint8_t key[KEY_BYTES];
	unsigned failures; /* 0: empty */
	int64_t last_at;
	int64_t until;
};

static struct guesses sets[SETS][WAYS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void key_make(const char *name, const struct net_address *address, uint8_t key[KEY_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name) + 1);
	crypto_generichash_update(&state, address->bytes, sizeof(address->bytes));
	crypto_generichash_final(&state, key, KEY_BYTES);
}

static struct guesses *find(const uint8_t key[KEY_BYTES])
{
	struct guesses *set = sets[key[0] % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].failures && memcmp(set[i].key, key, KEY_BYTES) == 0)
			return &set[i];
	return NULL;
}

static struct guesses *make(const uint8_t key[KEY_BYTES], int64_t now)
{
	struct guesses *set = sets[key[0] % SETS];
	struct guesses *least = &set[0];

	for (int i = 0; i < WAYS; i++) {
		if (set[i].last_at + FORGET_SECONDS < now)
			set[i].failures = 0;
		if (set[i].failures < least->failures ||
		    (set[i].failures == least->failures && set[i].last_at < least->last_at))
			least = &set[i];
	}
	memset(least, 0, sizeof(*least));
	memcpy(least->key, key, KEY_BYTES);
	return least;
}

unsigned slow_left(const char *name, const struct net_address *address, int64_t now)
{
	uint8_t key[KEY_BYTES];
	struct guesses *guesses;
	unsigned left = 0;

	key_make(name, address, key);
	pthread_mutex_lock(&lock);
	guesses = find(key);
	if (guesses && guesses->until > now)
		left = (unsigned)(guesses->until - now);
	pthread_mutex_unlock(&lock);
	return left;
}

void slow_failed(const char *name, const struct net_address *address, int64_t now, unsigned tries,
		 unsigned seconds_max)
{
	uint8_t key[KEY_BYTES];
	struct guesses *guesses;
	unsigned over, pause;

	key_make(name, address, key);
	pthread_mutex_lock(&lock);
	guesses = find(key);
	if (guesses && guesses->last_at + FORGET_SECONDS < now)
		guesses->failures = 0;
	if (!guesses || !guesses->failures)
		guesses = make(key, now);
	guesses->failures++;
	guesses->last_at = now;
	if (guesses->failures >= tries) {
		over = guesses->failures - tries;
		pause = 1u << (over < DOUBLINGS_MAX ? over : DOUBLINGS_MAX);
		guesses->until = now + (pause < seconds_max ? pause : seconds_max);
	}
	pthread_mutex_unlock(&lock);
}

void slow_worked(const char *name, const struct net_address *address)
{
	uint8_t key[KEY_BYTES];
	struct guesses *guesses;

	key_make(name, address, key);
	pthread_mutex_lock(&lock);
	guesses = find(key);
	if (guesses)
		guesses->failures = 0;
	pthread_mutex_unlock(&lock);
}
