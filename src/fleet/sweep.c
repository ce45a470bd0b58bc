/* SPDX-License-Identifier: MIT */
#include "fleet/sweep.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "store/device.h"
#include "store/rendition.h"
#include "store/seen.h"

enum { EVERY = 6 * 3600, DAY = 86400, PIECE = 100 };

struct sweep {
	int64_t seen_before;
	int64_t kept_before;
	int64_t after; /* the last MAC that was looked at */
};

static atomic_bool is_sweeping;
static int64_t begun_at; /* of the main thread */

static void sweep_end(struct sweep *sweep)
{
	mem_free(sweep);
	atomic_store(&is_sweeping, false);
}

/* Those of a piece that are nobody's.  Devices are in the other database. */
static int seen_op(struct db *db, void *arg, struct diag *diag)
{
	CLEANUP(mem_freep) void *scratch = mem_root("sweep");
	struct sweep *sweep = arg;
	struct db *fleet_db;
	int64_t *macs;
	size_t count = 0;
	int r = fleet_reader(&fleet_db);

	(void)diag;
	if (r >= 0)
		r = seen_list_old(scratch, db, sweep->after, sweep->seen_before, PIECE, &macs,
				  &count);
	for (size_t i = 0; r >= 0 && i < count; i++) {
		struct device *device;

		r = device_find(scratch, fleet_db, macs[i], &device);
		if (r == 0)
			r = seen_forget(db, macs[i]);
		sweep->after = macs[i];
	}
	return r < 0 ? r : count == PIECE;
}

/* A piece after the other, so that contacts get in between. */
static void seen_done(void *arg, int result, const struct diag *diag)
{
	struct sweep *sweep = arg;

	if (result < 0)
		log_warn("old traces of devices cannot be removed", LOG_S("words", diag->text),
			 LOG_E(result));
	if (result <= 0 ||
	    writer_post(fleet_seen_writer(), WRITER_LOW, seen_op, seen_done, sweep) < 0)
		sweep_end(sweep);
}

static int kept_op(struct db *db, void *arg, struct diag *diag)
{
	const struct sweep *sweep = arg;

	(void)diag;
	return rendition_kept_forget(db, sweep->kept_before);
}

static void kept_done(void *arg, int result, const struct diag *diag)
{
	struct sweep *sweep = arg;

	if (result < 0)
		log_warn("old documents of removed devices cannot be removed",
			 LOG_S("words", diag->text), LOG_E(result));
	if (writer_post(fleet_seen_writer(), WRITER_LOW, seen_op, seen_done, sweep) < 0)
		sweep_end(sweep);
}

void sweep_tick(void)
{
	const struct config *config;
	int64_t now = clock_now();
	struct sweep *sweep;

	if (begun_at && now >= begun_at && now < begun_at + EVERY)
		return;
	if (atomic_exchange(&is_sweeping, true))
		return;
	begun_at = now;
	config = config_pin();
	sweep = mem_new(NULL, struct sweep);
	sweep->seen_before = now - (int64_t)config->limits.seen_days * DAY;
	sweep->kept_before = now - (int64_t)config->limits.kept_days * DAY;
	sweep->after = -1;
	config_release(config);
	if (writer_post(fleet_writer(), WRITER_LOW, kept_op, kept_done, sweep) < 0)
		sweep_end(sweep);
}
