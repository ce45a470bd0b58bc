/* SPDX-License-Identifier: MIT */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/net.h"
#include "sip_osip.h"

/*
 * Requests and their transactions (RFC 3261, 17.1.2), over UDP and TCP: sent,
 * sent again, answered or not.  libosip2's machinery with times of ours.  On one
 * thread.
 */

struct config;
struct sip_stack;

/*
 * A request has ended: `response` is the final answer, valid during the call;
 * NULL, and `r` is 0 when there was none in time, negative when it could not be
 * sent.  Another request may be begun from here.
 */
typedef void sip_ended(void *arg, const osip_message_t *response, int r);

/* `udp` stays the caller's. */
struct sip_stack *sip_stack_new(int udp);
/* What is under way is dropped; nobody is told. */
void sip_stack_free(struct sip_stack *stack);

/* Requests that have not ended, and connections among them. */
size_t sip_stack_under_way(const struct sip_stack *stack);
size_t sip_stack_connections(const struct sip_stack *stack);

/*
 * Begins a request, whose whole text is given; over TCP when its Via says so.
 * Negative: it was not begun, and `ended` is not called.
 */
int sip_stack_send(struct sip_stack *stack, const struct config *config,
		   const struct net_address *to, const char *text, size_t len, sip_ended *ended,
		   void *arg) MUST_CHECK;

/* An answer that came over UDP; the event is taken over. */
void sip_stack_receive(struct sip_stack *stack, osip_event_t *event_steal);

/* Descriptors of connections to poll; at most `size`. */
size_t sip_stack_poll(const struct sip_stack *stack, struct pollfd *ret, size_t size);

/* Does what is due, and what connections have; tells those whose requests have ended. */
void sip_stack_turn(struct sip_stack *stack);

/* How long nothing is due, at most `most_ms`. */
int64_t sip_stack_wait_ms(struct sip_stack *stack, int64_t most_ms);
