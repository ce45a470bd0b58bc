/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "fleet/fleet.h"
#include "store/rendition.h"

/*
 * Lets go what the shrink guard held back of the device when it last asked, and
 * no more than that: handsets that have been removed since are judged anew.
 * Whoever says how many handsets he was shown (0: nobody does) is refused when
 * it is another number by now.
 *
 * -E_MAC_UNKNOWN, -E_NOTHING_HELD, -E_HELD_OTHERWISE.  `ret` is what was held.
 */
int fleet_acknowledge(struct change *change, int64_t mac, int64_t shown_missing,
		      struct rendition_held **ret) MUST_CHECK;
