/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "fleet/notify.h"

struct config;
struct order;
struct sip_stack;

/*
 * Orders to tell devices, from the first to the last moment: they wait for
 * their turn, are sent, answered, and looked after until the device has fetched.
 * On the SIP thread, but for notifying_new().
 */

struct notifying {
	struct sip_stack *stack;
	unsigned port;	       /* of our UDP socket */
	void (*wake)(void);    /* the thread shall look again; from any thread */
	struct order *waiting; /* in the order of asking */
	struct order **waiting_end;
	struct order *under_way;
	int64_t next_us; /* when the next may be sent */
	int64_t beat_ms;
};

void notifying_init(struct notifying *notifying);

struct order *notifying_new(const struct notify_order *ask, atomic_size_t *waiting);

/*
 * Goes on waiting for those who were told before the daemon was stopped or killed.
 * Before the thread is there.
 */
void notifying_resume(struct notifying *notifying, const struct config *config);

/* Takes the order over. */
void notifying_add(struct notifying *notifying, struct order *order);

/* The device has fetched, if it is one of those that were told. */
void notifying_fetched(struct notifying *notifying, int64_t mac);

/* Does what is due; in how many milliseconds to come again, at most. */
int64_t notifying_turn(struct notifying *notifying);

/* Everybody who waits is told; nothing is sent any more. */
void notifying_stop(struct notifying *notifying);

/* After the writer has ended. */
void notifying_done(struct notifying *notifying);
