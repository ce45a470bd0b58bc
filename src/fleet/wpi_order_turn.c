/* SPDX-License-Identifier: MIT */
/* What time does to orders: tries of which nothing was heard, and phones to be called. */
#include "base/mem.h"
#include "config/config.h"
#include "wpi_payload.h"

enum { AT_ONCE = 50, CALLS_LONGEST_S = 3600 };

int wpi_order_turn_is_due(struct db *db, int64_t now, bool *ret)
{
	int r = wpi_order_is_due(db, now, ret);

	return r < 0 || *ret ? r : wpi_call_is_due(db, now, ret);
}

static int lapse(struct change *change, struct wpi_order_row *row, int64_t now)
{
	if (row->state == WPI_ORDER_WAITING)
		return wpi_order_end(change, row, WPI_ORDER_FAILED,
				     row->reason ? row->reason : "the phone has not called in time",
				     now);
	return wpi_order_try_failed(change, row,
				    row->reason ? row->reason : "nothing was heard of it", now);
}

/* A phone that does not come is called at ever longer intervals. */
static int64_t pause_of(const struct config *config, int64_t calls)
{
	int64_t pause = (int64_t)config->wpi.contact_retry;

	while (calls-- > 0 && pause < CALLS_LONGEST_S)
		pause *= 2;
	return pause;
}

static int call(struct change *change, struct wpi_call *call, int64_t now, int64_t **macs,
		size_t *count)
{
	if (now >= call->until_at)
		return wpi_call_delete(change->db, call->mac);
	*mem_push(change->mem, macs, count) = call->mac;
	call->due_at = now + pause_of(change->config, call->calls);
	call->calls++;
	return wpi_call_put(change->db, call);
}

int wpi_order_turn(struct change *change, int64_t now, int64_t **ret_macs, size_t *ret_count,
		   bool *ret_more)
{
	struct wpi_order_row *rows;
	struct wpi_call *calls;
	size_t count, call_count;
	int r = wpi_order_list_due(change->mem, change->db, now, AT_ONCE, &rows, &count);

	*ret_macs = NULL;
	*ret_count = 0;
	for (size_t i = 0; i < count && r == 0; i++)
		r = lapse(change, &rows[i], now);
	if (r < 0)
		return r;
	r = wpi_call_list_due(change->mem, change->db, now, AT_ONCE, &calls, &call_count);
	for (size_t i = 0; i < call_count && r == 0; i++)
		r = call(change, &calls[i], now, ret_macs, ret_count);
	*ret_more = count == AT_ONCE || call_count == AT_ONCE;
	return r;
}
