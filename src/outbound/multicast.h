/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/net.h"

struct config;
struct sip_stack;

/*
 * Answers phones that ask for their URL by SIP multicast: a SUBSCRIBE for
 * ua-profile gets 200 and a NOTIFY with the URL, if the device is known; others
 * get nothing at all.  On the SIP thread.
 */

struct multicast {
	int udp; /* what answers leave from, and its port */
	unsigned port;
	struct sip_stack *stack;
	uint8_t secret[16]; /* random; tags are made with it */
	struct {
		uint64_t key; /* of a SUBSCRIBE that was answered */
		int64_t at_ms;
	} answered[512];
	size_t next;
	double room; /* questions that may be looked at now */
	int64_t room_at_ms;
};

/* A packet that came to the group. */
void multicast_packet(struct multicast *multicast, const struct config *config, const void *data,
		      size_t len, const struct net_address *sender);
