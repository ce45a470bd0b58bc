/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"

static void row(struct buf *out, const struct registration *registration)
{
	char mac[MAC_LEN + 1];
	char date[11];

	mac_format(registration->mac, mac);
	clock_format_date(date, registration->created_at);
	rpc_array_begin(out);
	rpc_string(out, mac);
	rpc_string(out, registration->provider);
	rpc_string(out, registration->url);
	rpc_string(out, date);
	rpc_array_end(out);
}

int rpc_list_devices(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
