/* SPDX-License-Identifier: MIT */
#include "base/counter.h"

#include <stdatomic.h>

#include "base/buf.h"

#define COUNTER "counter"
#define GAUGE "gauge"

/* A cache line each, so that threads that count different things do not meet. */
struct cell {
	_Alignas(64) _Atomic int64_t n;
};

static struct cell cells[METRIC_COUNT];

static const struct {
	const char *type;
	const char *name;
	const char *help;
} rows[] = {
#define METRIC(id, type, name, help) {type, name, help},
#include "base/metrics.def"
#undef METRIC
};

void counter_add(enum metric metric, int64_t n)
{
	atomic_fetch_add_explicit(&cells[metric].n, n, memory_order_relaxed);
}

void counter_set(enum metric metric, int64_t n)
{
	atomic_store_explicit(&cells[metric].n, n, memory_order_relaxed);
}

int64_t counter_get(enum metric metric)
{
	return atomic_load_explicit(&cells[metric].n, memory_order_relaxed);
}

void counter_write(struct buf *buf)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		buf_printf(buf, "# HELP gigaprovd_%s %s\n", rows[i].name, rows[i].help);
		buf_printf(buf, "# TYPE gigaprovd_%s %s\n", rows[i].name, rows[i].type);
		buf_printf(buf, "gigaprovd_%s %lld\n", rows[i].name,
			   (long long)counter_get((enum metric)i));
	}
}
