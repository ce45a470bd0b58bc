/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"

#define BEGIN "<value><array><data><value>"

/* There may be a million of them, and most say the same of another MAC. */
static void last_write(struct rpc_listing_last *last, const struct registration *registration)
{
	char date[sizeof("2026-12-31")];

	if (last->provider == registration->provider &&
	    last->created_at == registration->created_at &&
	    strcmp(last->url->data, registration->url) == 0)
		return;
	last->provider = registration->provider;
	last->created_at = registration->created_at;
	buf_cut(last->url, 0);
	buf_adds(last->url, registration->url);
	clock_format_date(date, registration->created_at);
	buf_cut(last->row, 0);
	buf_adds(last->row, BEGIN "------------</value>");
	rpc_string(last->row, registration->provider);
	rpc_string(last->row, registration->url);
	rpc_string(last->row, date);
	rpc_array_end(last->row);
}

static void row(struct buf *out, const struct registration *registration,
		struct rpc_listing_last *last)
{
	char mac[MAC_LEN + 1];
	size_t at = out->len + strlen(BEGIN);

	last_write(last, registration);
	mac_format(registration->mac, mac);
	buf_add(out, last->row->data, last->row->len);
	memcpy(out->data + at, mac, MAC_LEN);
}

int rpc_list_devices(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
