/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct request;

/*
 * However many ask for a document that has to be made, it is made once: the
 * first request of a MAC leads, the others wait until it lands.
 */

struct waiter {
	struct request *req;
	struct waiter *next;
};

/* True: lead.  False: the request waits and belongs to the flight. */
bool flight_join(int64_t mac, struct request *req);

/* Takes everybody who waits, the leader's request first; the flight is over. */
struct waiter *flight_land(int64_t mac);
