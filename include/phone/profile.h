/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/device.h"

struct prepared;

/*
 * A device's document, ready to be sent, with what the device must prove to get
 * it.  Profiles are shared by threads: reference-counted, and not changed but
 * for the atomics.
 */
struct profile {
	_Atomic unsigned references;
	int64_t mac;
	struct device_fetch fetch; /* what it must prove; nothing of the rendition */
	struct prepared *reply;
	const char *revision;
	int64_t until_at;	     /* 0: no operation begins or ends */
	_Atomic uint64_t generation; /* of the writer, when it was last known to be current */
	_Atomic bool given;	     /* its first fetch is on record */
	bool waits;		     /* there is more, which a window is waited for with */
	_Atomic uint64_t agent;	     /* hash of the User-Agent that was looked at last; 0: none */
	/* The cache's: */
	size_t size;
	struct profile *next, *newer, *older;
};

/* Takes over the reference to `reply_steal`, copies the rest; one reference is the caller's. */
struct profile *profile_new(const struct device_fetch *fetch, struct prepared *reply_steal,
			    const char *revision, int64_t until_at, uint64_t generation,
			    bool given);
struct profile *profile_ref(struct profile *profile);
void profile_unref(struct profile *profile);

static inline void profile_unrefp(struct profile **profile)
{
	if (*profile)
		profile_unref(*profile);
}

/*
 * The cache: by MAC, bounded in bytes, the least recently used go.  Profiles in
 * it may be outdated; whoever takes one looks at its generation.
 *
 * A fleet that is larger than the cache polls in a circle, and then the least
 * recently used is the very one that is needed next.  So a full cache takes in
 * only one of several newcomers: it keeps most of what it has, and most of
 * that is found again.
 */
void profile_cache_setup(size_t bytes_max);
void profile_cache_done(void);
/* A reference, or NULL. */
struct profile *profile_cache_find(int64_t mac);
void profile_cache_put(struct profile *profile);
