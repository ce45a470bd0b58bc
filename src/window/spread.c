/* SPDX-License-Identifier: MIT */
#include "window/spread.h"

#include "base/hash.h"

/* The finaliser of splitmix64. */
static uint64_t mix(uint64_t z)
{
	z ^= z >> 30;
	z *= UINT64_C(0xBF58476D1CE4E5B9);
	z ^= z >> 27;
	z *= UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint32_t spread_hash(uint64_t mac, const char *salt, enum spread_purpose purpose, int64_t cycle)
{
	uint64_t x = mix(mac ^ UINT64_C(0x9E3779B97F4A7C15));

	x = mix(x ^ hash_text(salt));
	x = mix(x ^ ((uint64_t)purpose << 56 | ((uint64_t)cycle & UINT64_C(0x00FFFFFFFFFFFFFF))));
	return (uint32_t)(x >> 32);
}

uint32_t spread_scale(uint32_t hash, uint32_t n)
{
	return (uint32_t)((uint64_t)hash * n >> 32);
}

unsigned spread_wave(uint64_t mac, const char *rollout)
{
	return spread_scale(spread_hash(mac, rollout, SPREAD_WAVE, 0), SPREAD_WAVE_ALL);
}

bool spread_wave_is_open(uint64_t mac, const char *rollout, unsigned percent)
{
	return spread_wave(mac, rollout) < (uint64_t)percent * (SPREAD_WAVE_ALL / 100);
}
