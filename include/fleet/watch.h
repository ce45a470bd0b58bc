/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

/*
 * Who waits for whose fetch.
 *
 * A fetch of a device that is waited for is told to one listener; it may be told
 * of others, too, since devices share places in a table.  For all others a
 * fetch costs the look at one number.
 */

/* From any thread; as often removed as added. */
void watch_add(int64_t mac);
void watch_remove(int64_t mac);

/* The device was given its document. */
void watch_note(int64_t mac);

/* Called on the thread that gives the document, and so must not wait.  NULL: nobody. */
typedef void watch_fetched(int64_t mac);
void watch_setup(watch_fetched *fetched);
