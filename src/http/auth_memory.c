/* SPDX-License-Identifier: MIT */
/*
 * Both tables are sets of a few ways; a full set gives up its oldest entry.
 * For passwords that costs a verification.  For nonces each set remembers the
 * highest number that it has given up, and takes no unknown nonce up to there:
 * a bounded table that still never takes the same count twice.  The start of
 * the process counts as given up in that sense.
 */
#include "auth_memory.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"

enum { WAYS = 8, LOGIN_SETS = 128, NONCE_SETS = 1024, LOCKS = 16, WINDOW = 64, NUMBER_TIME = 24 };

struct login {
	uint8_t key[LOGIN_KEY_BYTES];
	int64_t version;
	int64_t until; /* 0: empty */
};

struct nonce {
	uint64_t number; /* 0: empty */
	uint64_t used;	 /* bit i: highest - i has been used */
	uint32_t highest;
};

struct nonce_set {
	struct nonce nonces[WAYS];
	uint64_t given_up;
};

static struct login logins[LOGIN_SETS][WAYS];
static struct nonce_set nonce_sets[NONCE_SETS];
static uint8_t hash_key[crypto_generichash_KEYBYTES];
static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};

void login_memory_setup(void)
{
	randombytes_buf(hash_key, sizeof(hash_key));
	sodium_memzero(logins, sizeof(logins));
}

void nonce_memory_setup(void)
{
	memset(nonce_sets, 0, sizeof(nonce_sets));
	for (int i = 0; i < NONCE_SETS; i++)
		nonce_sets[i].given_up = ((uint64_t)clock_now() << NUMBER_TIME) - 1;
}

void login_key(const char *name, const char *password, uint8_t out[LOGIN_KEY_BYTES])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, hash_key, sizeof(hash_key), LOGIN_KEY_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)name, strlen(name) + 1);
	crypto_generichash_update(&state, (const uint8_t *)password, strlen(password));
	crypto_generichash_final(&state, out, LOGIN_KEY_BYTES);
	sodium_memzero(&state, sizeof(state));
}

static struct login *login_set(const uint8_t *key, pthread_mutex_t **ret_lock)
{
	unsigned i = key[0] % LOGIN_SETS;

	*ret_lock = &locks[i % LOCKS];
	return logins[i];
}

bool login_is_known(const uint8_t key[LOGIN_KEY_BYTES], int64_t version, int64_t now)
{
	pthread_mutex_t *lock;
	struct login *set = login_set(key, &lock);
	bool is_known = false;

	pthread_mutex_lock(lock);
	for (int i = 0; i < WAYS; i++)
		if (set[i].until > now && set[i].version == version &&
		    sodium_memcmp(set[i].key, key, LOGIN_KEY_BYTES) == 0)
			is_known = true;
	pthread_mutex_unlock(lock);
	return is_known;
}

void login_remember(const uint8_t key[LOGIN_KEY_BYTES], int64_t version, int64_t until)
{
	pthread_mutex_t *lock;
	struct login *set = login_set(key, &lock);
	struct login *place = &set[0];

	pthread_mutex_lock(lock);
	for (int i = 0; i < WAYS; i++) {
		if (sodium_memcmp(set[i].key, key, LOGIN_KEY_BYTES) == 0) {
			place = &set[i];
			break;
		}
		if (set[i].until < place->until)
			place = &set[i];
	}
	memcpy(place->key, key, LOGIN_KEY_BYTES);
	place->version = version;
	place->until = until;
	pthread_mutex_unlock(lock);
}

/* The place of a nonce, made if need be; NULL when it may have been given up. */
static struct nonce *nonce_place(struct nonce_set *set, uint64_t number)
{
	struct nonce *oldest = &set->nonces[0];

	for (int i = 0; i < WAYS; i++) {
		if (set->nonces[i].number == number)
			return &set->nonces[i];
		if (set->nonces[i].number < oldest->number)
			oldest = &set->nonces[i];
	}
	if (number <= set->given_up)
		return NULL;
	if (oldest->number > set->given_up)
		set->given_up = oldest->number;
	/* Older than all that are here: given up at once would be never taken. */
	memset(oldest, 0, sizeof(*oldest));
	oldest->number = number;
	return oldest;
}

static int count_use(struct nonce *nonce, uint32_t nc)
{
	uint32_t behind;

	if (nc > nonce->highest) {
		uint32_t ahead = nc - nonce->highest;

		nonce->used = ahead < WINDOW ? nonce->used << ahead | 1 : 1;
		nonce->highest = nc;
		return 0;
	}
	behind = nonce->highest - nc;
	if (behind >= WINDOW || nonce->used >> behind & 1)
		return -E_NONCE_STALE;
	nonce->used |= UINT64_C(1) << behind;
	return 0;
}

int nonce_use(uint64_t number, uint32_t nc)
{
	unsigned i = (unsigned)((number ^ number >> NUMBER_TIME) % NONCE_SETS);
	pthread_mutex_t *lock = &locks[i % LOCKS];
	struct nonce *nonce;
	int r = -E_NONCE_STALE;

	pthread_mutex_lock(lock);
	nonce = nc ? nonce_place(&nonce_sets[i], number) : NULL;
	if (nonce)
		r = count_use(nonce, nc);
	pthread_mutex_unlock(lock);
	return r;
}
