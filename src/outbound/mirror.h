/* SPDX-License-Identifier: MIT */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/*
 * Fetches firmware from other servers, one file at a time, the one that has
 * waited longest first.  What is half done when the daemon stops begins anew
 * with the next start.
 *
 * All but mirror_setup() and mirror_done() on outbound's thread.
 */

void mirror_setup(CURLM *multi);

/* Writes how the last one ended, and begins the next.  False: look again soon. */
bool mirror_look(bool is_stopping);

/* The transfer has ended; false when it is none of ours. */
bool mirror_advance(CURL *easy, CURLcode code);

/* Whether mirror_look() has something to write. */
bool mirror_has_ended(void);

void mirror_done(void);
