/* SPDX-License-Identifier: MIT */
/* What a desk phone is still to do, and when it is called for that. */
#include "base/mem.h"
#include "fleet/explain.h"
#include "fleet/wpi_order.h"

static const char *state_words(struct explain *explain, const struct wpi_order_row *row)
{
	if (row->state != WPI_ORDER_WAITING)
		return mem_printf(explain->mem, "told on %s, and not known to be done",
				  explain_when(explain, row->sent_at));
	if (row->next_at > explain->at)
		return mem_printf(explain->mem, "told when it calls after %s",
				  explain_when(explain, row->next_at));
	return "told when it calls";
}

static void say_order(struct explain *explain, const struct wpi_order_row *row)
{
	explain_say(explain, "order", EXPLAIN_OK, 0,
		    json_pack("{s:I, s:s, s:o, s:s, s:I, s:o}", "id", (json_int_t)row->id, "kind",
			      row->kind, "what", explain_text(row->what), "state",
			      wpi_order_state_name(row->state), "attempts",
			      (json_int_t)row->attempts, "next_at", explain_time(row->next_at)),
		    "%s%s%s: %s%s%s", row->kind, row->what ? " " : "", row->what ? row->what : "",
		    state_words(explain, row), row->reason ? "; " : "",
		    row->reason ? row->reason : "");
}

int explain_orders(struct explain *explain)
{
	struct wpi_order_row *rows;
	struct wpi_call call = {0};
	size_t count;
	int r = wpi_order_list_open(explain->mem, explain->db, explain->mac, &rows, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		say_order(explain, &rows[i]);
	if (r == 0)
		r = wpi_call_find(explain->db, explain->mac, &call);
	if (r > 0 && call.until_at > explain->at)
		explain_say(explain, "call", EXPLAIN_OK, 0,
			    json_pack("{s:o, s:I}", "due_at", explain_time(call.due_at), "calls",
				      (json_int_t)call.calls),
			    "it is wanted: it is told so when it asks%s%s, and was called %lld "
			    "times in vain",
			    call.due_at ? ", called on " : ", and not called",
			    call.due_at ? explain_when(explain, call.due_at) : "",
			    (long long)call.calls);
	return r < 0 ? r : 0;
}
