/* SPDX-License-Identifier: MIT */
/* How orders, and tries, end; and what that means for the job that one hangs on. */
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/job.h"
#include "wpi_payload.h"

int wpi_order_end(struct change *change, struct wpi_order_row *row, enum wpi_order_state state,
		  const char *reason, int64_t now)
{
	int r;

	row->state = state;
	row->reason = reason;
	row->ended_at = now;
	r = wpi_order_update(change->db, row);
	if (r == 0)
		r = wpi_order_prune(change->db, row->mac, (int64_t)change->config->wpi.keep_orders);
	if (r < 0 || !row->job_id)
		return r;
	return job_note_order(change, row->job_id, row->mac, state == WPI_ORDER_DONE, reason, now);
}

static const char *version_of(struct change *change, const struct wpi_order_row *row)
{
	struct wpi_payload payload;
	int r = wpi_payload_read(change->mem, row->payload, &payload);

	return r == 0 ? payload.version : NULL;
}

int wpi_order_done(struct change *change, struct wpi_order_row *row, const char *reason,
		   int64_t now)
{
	const char *version =
		wpi_order_kind_of(row) == WPI_ORDER_KIND_firmware ? version_of(change, row) : NULL;
	int r = version ? wpi_firmware_try_delete(change->db, row->mac, version) : 0;

	return r < 0 ? r : wpi_order_end(change, row, WPI_ORDER_DONE, reason, now);
}

/* The phone is told to load a version so often, in however many orders. */
static int is_a_loop(struct change *change, const struct wpi_order_row *row, const char *version,
		     bool *ret)
{
	int64_t tries, last_at;
	int r = wpi_firmware_try_find(change->db, row->mac, version, &tries, &last_at);

	*ret = r >= 0 && tries >= (int64_t)change->config->wpi.firmware_tries;
	return r < 0 ? r : 0;
}

int wpi_order_try_failed(struct change *change, struct wpi_order_row *row, const char *reason,
			 int64_t now)
{
	enum wpi_order_kind kind = wpi_order_kind_of(row);
	int64_t tries = wpi_order_kind_row(kind)->tries;
	const char *version = kind == WPI_ORDER_KIND_firmware ? version_of(change, row) : NULL;
	bool is_over = false;
	int r = version ? wpi_firmware_try_add(change->db, row->mac, version, now) : 0;

	if (r == 0 && version)
		r = is_a_loop(change, row, version, &is_over);
	if (r < 0)
		return r;
	if (is_over ||
	    row->attempts >= (tries ? tries : (int64_t)change->config->wpi.order_tries) ||
	    now >= row->until_at)
		return wpi_order_end(change, row, WPI_ORDER_FAILED, reason, now);
	row->state = WPI_ORDER_WAITING;
	row->reason = reason;
	row->next_at = now + (int64_t)change->config->wpi.order_seconds;
	r = wpi_order_update(change->db, row);
	return r < 0 ? r : wpi_order_want(change, row->mac, row->next_at);
}
