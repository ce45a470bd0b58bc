/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What nobody needs any more: traces of devices that are not there (seen_days),
 * what removed devices had (kept_days).  Every few hours, in small pieces at low
 * priority.  Once a second, on the main thread; does not wait.
 */
void sweep_tick(void);
