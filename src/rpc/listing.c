/* SPDX-License-Identifier: MIT */
/*
 * A list is never built in memory: it walks its providers and, within each, the
 * MACs, a page at a time, while the pages before are being sent.
 * A provider that the account does not have is as one without registrations.
 */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fleet/fleet.h"
#include "http/reply.h"
#include "rpc/listing.h"
#include "store/provider.h"

enum { PAGE_ROWS = 500 };

static const struct registration_cursor start = {.after = -1};

struct listing {
	rpc_listing_row *row;
	struct provider *providers;
	size_t count;
	size_t current;
	struct registration_cursor cursor;
	bool begun;
	struct buf *out;
	struct rpc_listing_last *last;
};

static void row_write(void *arg, const struct registration *registration)
{
	struct listing *listing = arg;

	listing->row(listing->out, registration, listing->last);
}

static int page_write(struct listing *listing, struct db *db, struct buf *out)
{
	int r;

	listing->out = out;
	r = registration_walk(db, &listing->providers[listing->current], &listing->cursor,
			      PAGE_ROWS, row_write, listing);
	if (r == 0) {
		listing->current++;
		listing->cursor = start;
	}
	return r < 0 ? r : 0;
}

static int next(void *arg, struct buf *out)
{
	struct listing *listing = arg;
	struct db *db;
	int r = fleet_reader(&db);

	if (r < 0)
		return r;
	if (!listing->begun) {
		rpc_answer_head(out);
		rpc_array_begin(out);
		listing->begun = true;
	}
	if (listing->current < listing->count)
		r = page_write(listing, db, out);
	if (r < 0)
		return r;
	if (listing->current < listing->count)
		return 1;
	rpc_array_end(out);
	rpc_answer_tail(out);
	return 0;
}

static bool is_named(const struct rpc_call *call, const char *name)
{
	for (size_t i = 0; i < call->param_count; i++)
		if (strcmp(call->params[i].text, name) == 0)
			return true;
	return call->param_count == 0;
}

int rpc_listing(struct rpc_call *call, rpc_listing_row *row)
{
	struct listing *listing = mem_new(call->mem, struct listing);
	struct provider *providers;
	struct buf *first;
	size_t count;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = provider_list_of(call->mem, db,
				     call->caller.every_provider ? 0 : call->caller.account_id,
				     &providers, &count);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if (is_named(call, providers[i].name))
			*mem_push(call->mem, &listing->providers, &listing->count) = providers[i];
	listing->row = row;
	listing->last = mem_new(listing, struct rpc_listing_last);
	listing->last->url = buf_new(listing);
	listing->last->row = buf_new(listing);
	listing->cursor = start;
	/* A list of one page goes out whole, with its length. */
	if (listing->count <= 1) {
		first = buf_new(call->mem);
		r = next(listing, first);
		if (r < 0)
			return r;
		if (r == 0) {
			reply_static(call->req, 200, "text/xml", first->data, first->len);
			return 0;
		}
		*listing = (struct listing){.row = row,
					    .providers = listing->providers,
					    .count = listing->count,
					    .cursor = start,
					    .last = listing->last};
	}
	reply_stream(call->req, 200, "text/xml", next, listing);
	return 0;
}
