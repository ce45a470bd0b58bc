/* SPDX-License-Identifier: MIT */
#include "window/feasible.h"

#include "window/schedule.h"

/* How many windows a cycle's devices spread over. */
static uint64_t windows(const struct schedule *s)
{
	unsigned days = schedule_day_count(s);

	if (s->kind == SCHEDULE_FLEXIBLE)
		return s->interval;
	return s->interval && days ? days : 1;
}

struct feasible feasible_of(const struct schedule *s, const struct feasible_rollout *rollout)
{
	uint64_t length = (uint64_t)schedule_length(s);
	uint64_t spread = windows(s);
	struct feasible f = {.phones = (rollout->phones + spread - 1) / spread};
	double bits = (double)f.phones * (double)rollout->image_bytes * 8;
	double need = bits * 1.3 / (double)rollout->link_bps;

	f.need_s = need < 1e15 ? (uint64_t)(need + 0.999999) : UINT64_MAX;
	f.have_s = length > s->tail ? length - s->tail : 0;
	f.fits = f.need_s <= f.have_s;
	return f;
}
