/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sim/phone.h"

/* What a run prints: a line for what each phone says, hears and does, and a summary. */

struct sim_show {
	bool is_json;
	bool is_quiet; /* only complaints and the summary */
	bool dumps;
	bool reveals;
};

struct sim_summary {
	unsigned phones;
	unsigned configured;
	unsigned failed;
	uint64_t messages;
	uint64_t written;
	uint64_t refused;
	int64_t took_ms;
};

/* For struct sim_kind: `arg` is the struct sim_show. */
void sim_show_event(void *arg, const struct sim_phone *phone, enum sim_event event,
		    const char *words);

/* The XML of a message, when that is wanted. */
void sim_show_xml(const struct sim_show *show, const struct sim_phone *phone, enum sim_event event,
		  const char *xml, size_t len);

/* How one phone ended; `why` is NULL when it is configured. */
void sim_show_end(const struct sim_show *show, const struct sim_phone *phone, const char *why);
void sim_show_summary(const struct sim_show *show, const struct sim_summary *summary);
