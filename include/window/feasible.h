/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct schedule;

/* Whether a rollout of firmware fits through a link within a window. */

struct feasible_rollout {
	uint64_t phones;
	uint64_t image_bytes;
	uint64_t link_bps; /* bits a second */
};

struct feasible {
	uint64_t phones; /* due in one window */
	uint64_t need_s; /* with three tenths more for what goes wrong */
	uint64_t have_s; /* a window without its tail */
	bool fits;
};

/* None of the rollout's numbers may be 0. */
struct feasible feasible_of(const struct schedule *schedule,
			    const struct feasible_rollout *rollout);
