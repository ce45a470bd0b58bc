/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/fleet.h"

/*
 * Forgets what is known of a desk phone's items: what it refused, what was
 * changed at it and kept, how often it was written.  They are written with its
 * next start-up if they differ.  `item` "function-key-def[1]", or NULL for all; 1,
 * or 0 when nothing was known.  -E_MAC_UNKNOWN, -E_WPI_PRODUCT, -E_WPI_ITEM.
 */
int fleet_wpi_forget(struct change *change, int64_t mac, const char *item, int64_t *ret) MUST_CHECK;
