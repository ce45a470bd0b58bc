/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"

/* There may be a million of them, and most say the same of another MAC. */
static void rest_write(struct rpc_listing_last *last, const struct registration *registration,
		       const char *date)
{
	if (last->provider == registration->provider && strcmp(last->date, date) == 0 &&
	    strcmp(last->url->data, registration->url) == 0)
		return;
	last->provider = registration->provider;
	memcpy(last->date, date, sizeof(last->date));
	buf_cut(last->url, 0);
	buf_adds(last->url, registration->url);
	buf_cut(last->rest, 0);
	buf_adds(last->rest, "</value>");
	rpc_string(last->rest, registration->provider);
	rpc_string(last->rest, registration->url);
	rpc_string(last->rest, date);
	rpc_array_end(last->rest);
}

static void row(struct buf *out, const struct registration *registration,
		struct rpc_listing_last *last)
{
	char mac[MAC_LEN + 1];
	char date[sizeof(last->date)];

	mac_format(registration->mac, mac);
	clock_format_date(date, registration->created_at);
	rest_write(last, registration, date);
	buf_adds(out, "<value><array><data><value>");
	buf_add(out, mac, MAC_LEN);
	buf_add(out, last->rest->data, last->rest->len);
}

int rpc_list_devices(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
