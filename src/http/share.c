/* SPDX-License-Identifier: MIT */
/*
 * libmicrohttpd has a limit of its own, which counts IPv6 addresses one by one,
 * proxies like anybody, and says nothing.
 *
 * Who is admitted is counted only when its connection is there; a listener's
 * other threads may admit one each meanwhile.  A table has an entry for each
 * address that has a connection, hence no more than there may be connections.
 */
#include "share.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"

enum { BUCKETS = 1024, PREFIX_LEN = 8, TELL_MS = 60000 };

struct share {
	struct share *next;
	struct net_address who; /* an IPv6 address as its /64 */
	unsigned count;
};

struct shares {
	unsigned char key[crypto_shorthash_KEYBYTES];
	struct share *buckets[BUCKETS];
	uint64_t refused; /* and not yet told */
	int64_t told_at;
};

/* Somebody who is counted, as what he is counted. */
static bool who_is(const struct listener *listener, const struct sockaddr *address,
		   struct net_address *ret)
{
	if (listener->is_control || !address)
		return false;
	net_address_from(address, ret);
	if (ret->len == 0 || net_prefix_contains(listener->trusted_proxies.prefixes,
						 listener->trusted_proxies.count, ret))
		return false;
	if (ret->len > PREFIX_LEN)
		memset(ret->bytes + PREFIX_LEN, 0, sizeof(ret->bytes) - PREFIX_LEN);
	return true;
}

static struct share **find(struct shares *shares, const struct net_address *who)
{
	unsigned char digest[crypto_shorthash_BYTES];
	struct share **at;
	unsigned bucket;

	crypto_shorthash(digest, who->bytes, sizeof(who->bytes), shares->key);
	memcpy(&bucket, digest, sizeof(bucket));
	at = &shares->buckets[bucket % BUCKETS];
	while (*at && !net_address_is_same(&(*at)->who, who))
		at = &(*at)->next;
	return at;
}

struct shares *shares_new(void *mem)
{
	struct shares *shares = mem_new(mem, struct shares);

	crypto_shorthash_keygen(shares->key);
	return shares;
}

/* How many refusals the log is to tell of now: a line in a minute does. */
static uint64_t refuse(struct shares *shares, int64_t now)
{
	uint64_t told;

	shares->refused++;
	if (shares->told_at && now - shares->told_at < TELL_MS)
		return 0;
	told = shares->refused;
	shares->told_at = now;
	shares->refused = 0;
	return told;
}

static void tell(const struct listener *listener, const struct net_address *who, unsigned most,
		 uint64_t refused)
{
	char text[NET_TEXT_MAX];

	net_address_text(who, text);
	log_warn("connections are refused: an address has as many as connections_per_address in "
		 "[limits] allows; where it is a proxy, name it in trusted_proxies",
		 LOG_S("listener", listener->name), LOG_S("address", text),
		 LOG_I("connections_per_address", most), LOG_I("refused", refused));
}

enum MHD_Result share_admit(void *cls, const struct sockaddr *address, socklen_t len)
{
	struct listener *listener = cls;
	const struct config *config;
	struct net_address who;
	const struct share *share;
	uint64_t refused = 0;
	unsigned most;
	bool may;

	(void)len;
	if (!who_is(listener, address, &who))
		return MHD_YES;
	config = config_pin();
	most = config->limits.connections_per_address;
	config_release(config);
	pthread_mutex_lock(&listener->links_lock);
	share = *find(listener->shares, &who);
	may = !share || share->count < most;
	if (!may)
		refused = refuse(listener->shares, clock_monotonic_ms());
	pthread_mutex_unlock(&listener->links_lock);
	if (may)
		return MHD_YES;
	counter_add(M_CONNECTION_REFUSED, 1);
	if (refused > 0)
		tell(listener, &who, most, refused);
	return MHD_NO;
}

struct share *share_take(struct listener *listener, const struct sockaddr *address)
{
	struct net_address who;
	struct share **at;

	if (!who_is(listener, address, &who))
		return NULL;
	at = find(listener->shares, &who);
	if (!*at) {
		*at = mem_new(NULL, struct share);
		(*at)->who = who;
	}
	(*at)->count++;
	return *at;
}

void share_give_back(struct listener *listener, struct share *share)
{
	struct share **at;

	if (!share || --share->count > 0)
		return;
	at = find(listener->shares, &share->who);
	*at = share->next;
	mem_free(share);
}
