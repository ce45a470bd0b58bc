/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The scheduler: asks, when the main loop ticks, whether jobs have something to
 * do, and does it in write operations.  A tick with nothing due is one look at
 * an index for each job that is at work; one that was missed is not made up for,
 * since what is due is in the database and not in ticks.
 */

/* Before the first tick: tries from before are not counted. */
void sched_setup(void);

/* On the main thread; does not wait. */
void sched_tick(void);

/* Begins nothing more.  Before fleet_stop(). */
void sched_stop(void);
