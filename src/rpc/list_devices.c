/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "base/clock.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"

static void row(struct buf *out, const struct registration *registration)
{
	char mac[MAC_LEN + 1];
	char date[11];

	mac_format(registration->mac, mac);
	clock_format_date(date, registration->created_at);
	/* There may be a million of them, so what is fixed is copied in one piece. */
	buf_adds(out, "<value><array><data><value>");
	buf_add(out, mac, MAC_LEN);
	buf_adds(out, "</value><value>");
	buf_add_xml(out, registration->provider);
	buf_adds(out, "</value><value>");
	buf_add_xml(out, registration->url);
	buf_adds(out, "</value><value>");
	buf_add(out, date, sizeof(date) - 1);
	buf_adds(out, "</value></data></array></value>");
}

int rpc_list_devices(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
