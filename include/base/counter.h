/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct buf;

enum metric {
#define METRIC(id, type, name, help) id,
#include "base/metrics.def"
#undef METRIC
	METRIC_COUNT
};

/* Counters and gauges of metrics.def; from any thread. */
void counter_add(enum metric metric, int64_t n);
/* A gauge that is read off when somebody looks. */
void counter_set(enum metric metric, int64_t n);
int64_t counter_get(enum metric metric);

/* All of them in Prometheus' text format. */
void counter_write(struct buf *buf);
