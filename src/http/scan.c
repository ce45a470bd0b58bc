/* SPDX-License-Identifier: MIT */
/*
 * A fixed table of addresses, each with a small set of bits that MACs are
 * hashed into: bounded memory, whoever knocks.  Two addresses in one slot take
 * turns, which costs a scanner nothing but also hides nobody for long.
 */
#include "http/scan.h"

#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/net.h"
#include "http/request.h"

enum { SLOTS = 512, BITS = 16384 };

struct slot {
	struct net_address address;
	int64_t minute;
	unsigned count;
	uint8_t bits[BITS / 8];
};

static struct slot slots[SLOTS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t hash(const void *data, size_t len)
{
	uint64_t h = hash_bytes(data, len);

	return h ^ h >> 32;
}

/* How many different MACs this address asked for in this minute, this one included. */
static unsigned count(const struct net_address *address, int64_t minute, int64_t mac)
{
	struct slot *slot = &slots[hash(address->bytes, sizeof(address->bytes)) % SLOTS];
	unsigned bit = (unsigned)(hash(&mac, sizeof(mac)) % BITS);

	if (slot->minute != minute || !net_address_is_same(&slot->address, address)) {
		memset(slot, 0, sizeof(*slot));
		slot->address = *address;
		slot->minute = minute;
	}
	if (!(slot->bits[bit / 8] & 1u << bit % 8)) {
		slot->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
		slot->count++;
		return slot->count;
	}
	return 0;
}

void scan_note(struct request *req, int64_t mac)
{
	const struct net_address *address = request_address(req);
	unsigned max = request_config(req)->limits.unknown_macs_per_minute;
	char text[NET_TEXT_MAX];
	unsigned n;

	pthread_mutex_lock(&mutex);
	n = count(address, clock_now() / 60, mac);
	pthread_mutex_unlock(&mutex);
	if (n != max + 1)
		return;
	net_address_text(address, text);
	log_warn("an address asks for many unknown MACs: a scan, or a fleet that is not in the "
		 "database",
		 LOG_S("address", text), LOG_I("macs", n));
}
