/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/*
 * Contact-me: a POST to a desk phone's own little server, after which it calls us.
 *
 * It goes where the phone has said that it listens, if that is the address from
 * which it has called: else anybody who may send us a message could have us
 * speak to whom he likes ([wpi] contact_elsewhere).  Such servers break easily:
 * one request on a connection of its own, and never two within a minute, which
 * whoever orders them sees to (src/outbound/order_send.c).
 */

void contact_setup(CURLM *multi, void (*wake)(void));

/* On outbound's thread: begins what was ordered. */
void contact_look(bool is_stopping);
bool contact_is_under_way(void);

/* The transfer has ended; false when it is none of ours. */
bool contact_advance(CURL *easy, CURLcode code);

/* Nobody is told any more. */
void contact_done(void);
