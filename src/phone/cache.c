/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/counter.h"
#include "base/mem.h"
#include "base/secret.h"
#include "http/reply.h"
#include "phone/profile.h"

enum {
	SHARDS = 16,
	BUCKETS = 4096,
	OVERHEAD = 256, /* what the allocators add to a profile with its reply */
	SECRET = 192,	/* a secret with what they add to it */
	ADMITTED = 8,	/* one newcomer of so many, once the cache is full */
};

struct shard {
	_Alignas(64) pthread_mutex_t mutex;
	struct profile *buckets[BUCKETS];
	struct profile *newest, *oldest;
	size_t bytes;
	unsigned refused; /* newcomers, since the last that was taken in */
};

static struct shard shards[SHARDS]; /* static, since talloc aligns to 16 bytes only */
static size_t shard_bytes_max;

static size_t text_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static const char *text_put(char **at, const char *s)
{
	size_t size = text_size(s);
	char *copy = size ? memcpy(*at, s, size) : NULL;

	*at += size;
	return copy;
}

/* One block of memory, but for secrets: there are many of these. */
struct profile *profile_new(const struct device_fetch *fetch, struct prepared *reply_steal,
			    const char *revision, int64_t until_at, uint64_t generation, bool given)
{
	size_t size = sizeof(struct profile) + text_size(fetch->user_name) + text_size(fetch->url) +
		      text_size(revision) + text_size(fetch->firmware);
	struct profile *profile = mem_alloc(NULL, size);
	char *at = (char *)(profile + 1);

	memset(profile, 0, sizeof(*profile));
	profile->references = 1;
	profile->mac = fetch->mac;
	profile->fetch.mac = fetch->mac;
	profile->fetch.locked_at = fetch->locked_at;
	profile->fetch.secret = secret_copy(profile, fetch->secret);
	profile->fetch.user_name = text_put(&at, fetch->user_name);
	profile->fetch.user_password = secret_copy(profile, fetch->user_password);
	profile->fetch.url = text_put(&at, fetch->url);
	profile->fetch.firmware = text_put(&at, fetch->firmware);
	profile->fetch.capacity = fetch->capacity;
	profile->reply = reply_steal;
	profile->revision = text_put(&at, revision);
	profile->until_at = until_at;
	profile->generation = generation;
	profile->given = given;
	profile->size = prepared_size(reply_steal) + size + OVERHEAD +
			(fetch->secret ? SECRET : 0) + (fetch->user_password ? SECRET : 0);
	return profile;
}

struct profile *profile_ref(struct profile *profile)
{
	atomic_fetch_add_explicit(&profile->references, 1, memory_order_relaxed);
	return profile;
}

void profile_unref(struct profile *profile)
{
	if (atomic_fetch_sub_explicit(&profile->references, 1, memory_order_acq_rel) != 1)
		return;
	prepared_unref(profile->reply);
	mem_free(profile);
}

void profile_cache_setup(size_t bytes_max)
{
	shard_bytes_max = bytes_max / SHARDS;
	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&shards[i].mutex, NULL);
}

static uint64_t mix(int64_t mac)
{
	uint64_t h = (uint64_t)mac * 0x9e3779b97f4a7c15u;

	return h ^ h >> 29;
}

static struct shard *shard_of(int64_t mac)
{
	return &shards[mix(mac) % SHARDS];
}

static struct profile **bucket_of(struct shard *shard, int64_t mac)
{
	struct profile **at = &shard->buckets[mix(mac) / SHARDS % BUCKETS];

	while (*at && (*at)->mac != mac)
		at = &(*at)->next;
	return at;
}

static void unlink_used(struct shard *shard, struct profile *profile)
{
	*(profile->newer ? &profile->newer->older : &shard->newest) = profile->older;
	*(profile->older ? &profile->older->newer : &shard->oldest) = profile->newer;
}

static void link_newest(struct shard *shard, struct profile *profile)
{
	profile->newer = NULL;
	profile->older = shard->newest;
	*(shard->newest ? &shard->newest->newer : &shard->oldest) = profile;
	shard->newest = profile;
}

static void drop(struct shard *shard, struct profile **at)
{
	struct profile *profile = *at;

	*at = profile->next;
	unlink_used(shard, profile);
	shard->bytes -= profile->size;
	counter_add(M_CACHE_BYTES, -(int64_t)profile->size);
	profile_unref(profile);
}

struct profile *profile_cache_find(int64_t mac)
{
	struct shard *shard = shard_of(mac);
	struct profile *profile;

	pthread_mutex_lock(&shard->mutex);
	profile = *bucket_of(shard, mac);
	if (profile) {
		profile_ref(profile);
		if (shard->newest != profile) {
			unlink_used(shard, profile);
			link_newest(shard, profile);
		}
	}
	pthread_mutex_unlock(&shard->mutex);
	return profile;
}

/* Makes room; false when the newcomer is not taken in. */
static bool admit(struct shard *shard, const struct profile *profile)
{
	struct profile **at = bucket_of(shard, profile->mac);
	bool is_known = *at;

	if (is_known)
		drop(shard, at);
	if (shard->bytes + profile->size <= shard_bytes_max)
		return true;
	if (!is_known && ++shard->refused < ADMITTED)
		return false;
	shard->refused = 0;
	while (shard->bytes + profile->size > shard_bytes_max)
		drop(shard, bucket_of(shard, shard->oldest->mac));
	return true;
}

void profile_cache_put(struct profile *profile)
{
	struct shard *shard = shard_of(profile->mac);
	struct profile **at;

	if (profile->size > shard_bytes_max)
		return;
	pthread_mutex_lock(&shard->mutex);
	if (admit(shard, profile)) {
		at = bucket_of(shard, profile->mac);
		profile->next = NULL;
		*at = profile_ref(profile);
		link_newest(shard, profile);
		shard->bytes += profile->size;
		counter_add(M_CACHE_BYTES, (int64_t)profile->size);
	}
	pthread_mutex_unlock(&shard->mutex);
}

void profile_cache_done(void)
{
	for (int i = 0; i < SHARDS; i++) {
		while (shards[i].oldest)
			drop(&shards[i], bucket_of(&shards[i], shards[i].oldest->mac));
		pthread_mutex_destroy(&shards[i].mutex);
	}
}
