/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

/*
 * Now: what a schedule makes wait is given with the device's next request.
 *
 * The document is made and kept at once, as what the device was made last; so
 * it holds over restarts, and changes that come later wait for their window.
 * Firmware's own window is not passed by.
 */

/*
 * 1 something waited, 0 nothing did.  -E_SHRINK_HELD: acknowledge that first;
 * else errors of view_read() and of rendering.
 */
int fleet_release(struct change *change, int64_t mac) MUST_CHECK;
