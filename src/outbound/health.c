/* SPDX-License-Identifier: MIT */
#include "health.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/upstream.h"

struct memory {
	struct memory *next;
	const char *name;
	bool digest;
	bool has_answered;    /* until then one call at a time: a wrong password is tried once */
	int64_t opens_at_ms;  /* 0: the gate is open */
	int64_t closed_at_ms; /* the last time */
	struct upstream_health health;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct memory *memories;

/* With the lock held. */
static struct memory *memory_of(const char *name)
{
	struct memory *memory = memories;

	while (memory && strcmp(memory->name, name) != 0)
		memory = memory->next;
	if (memory)
		return memory;
	memory = mem_new(NULL, struct memory);
	memory->name = mem_strdup(memory, name);
	memory->next = memories;
	memories = memory;
	return memory;
}

unsigned health_room(const struct config_upstream *upstream, unsigned under_way)
{
	unsigned room = upstream->connections;
	const struct memory *memory;

	pthread_mutex_lock(&lock);
	memory = memory_of(upstream->name);
	if (memory->opens_at_ms > clock_monotonic_ms())
		room = 0;
	else if (memory->opens_at_ms > 0 || !memory->has_answered)
		room = 1;
	pthread_mutex_unlock(&lock);
	return room > under_way ? room - under_way : 0;
}

int64_t health_opens_at(const char *name)
{
	int64_t at;

	pthread_mutex_lock(&lock);
	at = memory_of(name)->opens_at_ms;
	pthread_mutex_unlock(&lock);
	return at;
}

void health_good(const struct config_upstream *upstream)
{
	struct upstream_health before;
	struct memory *memory;

	pthread_mutex_lock(&lock);
	memory = memory_of(upstream->name);
	before = memory->health;
	memory->has_answered = true;
	memory->opens_at_ms = 0;
	memory->health.failures = 0;
	memory->health.denied = false;
	memory->health.next_at = 0;
	memory->health.succeeded_at = clock_now();
	pthread_mutex_unlock(&lock);
	if (before.failures > 0)
		log_info("upstream answers again", LOG_S("upstream", upstream->name),
			 LOG_I("failures", before.failures));
}

/* The first of a row of failures is told, and the first refusal of our name. */
static void tell(const struct config_upstream *upstream, const struct upstream_health *before,
		 bool denied, const char *words)
{
	if (denied && !before->denied)
		log_error("upstream refuses user and password: nothing is mirrored there",
			  LOG_S("upstream", upstream->name), LOG_S("user", upstream->user),
			  LOG_S("words", words), LOG_E(-E_UPSTREAM_DENIED));
	else if (!denied && before->failures == 0)
		log_warn("upstream fails; what it has to be told waits",
			 LOG_S("upstream", upstream->name), LOG_S("words", words),
			 LOG_E(-E_UPSTREAM_UNREACHABLE));
	else
		log_debug("upstream fails again", LOG_S("upstream", upstream->name),
			  LOG_S("words", words));
}

void health_bad(const struct config_upstream *upstream, int64_t begun_at_ms, bool denied,
		const char *words)
{
	struct upstream_health before;
	struct memory *memory;
	int64_t now = clock_monotonic_ms();
	int64_t wait;
	bool counts;

	pthread_mutex_lock(&lock);
	memory = memory_of(upstream->name);
	before = memory->health;
	/* Refused until it answers: servers say other things, too, to those who try too often. */
	denied = denied || before.denied;
	counts = begun_at_ms >= memory->closed_at_ms || memory->opens_at_ms == 0;
	if (counts) {
		memory->health.failures++;
		wait = denied ? (int64_t)upstream->retry_max_seconds * 1000
			      : backoff_ms(memory->health.failures, upstream->retry_seconds,
					   upstream->retry_max_seconds, randombytes_random());
		memory->closed_at_ms = now;
		memory->opens_at_ms = now + wait;
		memory->health.next_at = clock_now() + (wait + 999) / 1000;
	}
	memory->health.denied = denied;
	memory->health.failed_at = clock_now();
	snprintf(memory->health.words, sizeof(memory->health.words), "%s", words);
	pthread_mutex_unlock(&lock);
	tell(upstream, &before, denied, words);
}

bool health_digest(const char *name)
{
	bool digest;

	pthread_mutex_lock(&lock);
	digest = memory_of(name)->digest;
	pthread_mutex_unlock(&lock);
	return digest;
}

void health_set_digest(const char *name)
{
	pthread_mutex_lock(&lock);
	memory_of(name)->digest = true;
	pthread_mutex_unlock(&lock);
}

void health_read(const char *name, struct upstream_health *ret)
{
	pthread_mutex_lock(&lock);
	*ret = memory_of(name)->health;
	pthread_mutex_unlock(&lock);
}

void health_forget(const char *name)
{
	pthread_mutex_lock(&lock);
	for (struct memory *memory = memories; memory; memory = memory->next) {
		if (name && strcmp(memory->name, name) != 0)
			continue;
		memory->has_answered = false;
		memory->opens_at_ms = 0;
		memory->digest = false;
		memory->health.failures = 0;
		memory->health.denied = false;
		memory->health.next_at = 0;
	}
	pthread_mutex_unlock(&lock);
}

void health_done(void)
{
	pthread_mutex_lock(&lock);
	while (memories) {
		struct memory *memory = memories;

		memories = memory->next;
		mem_free(memory);
	}
	pthread_mutex_unlock(&lock);
}
