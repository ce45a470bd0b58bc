/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Dice that always fall the same way: a device's day, its time within a
 * window, its place in a rollout.  MACs of a fleet follow each other, so the
 * bits are mixed well.  What comes out is a contract: changing it moves every
 * device of every fleet.
 */

enum spread_purpose { SPREAD_DAY = 1, SPREAD_SLOT = 2, SPREAD_WAVE = 3, SPREAD_PHASE = 4 };

enum { SPREAD_WAVE_ALL = 10000 };

/* `mac` as 48 bits; the salt is a schedule's or a rollout's name; cycle 0 where nothing rotates. */
uint32_t spread_hash(uint64_t mac, const char *salt, enum spread_purpose purpose, int64_t cycle);

/* From 0 to n - 1. */
uint32_t spread_scale(uint32_t hash, uint32_t n);

/* A device's place in a rollout, 0 to 9999: hundredths of a percent. */
unsigned spread_wave(uint64_t mac, const char *rollout);

/* Whether it belongs to the first `percent` of the rollout. */
bool spread_wave_is_open(uint64_t mac, const char *rollout, unsigned percent);
