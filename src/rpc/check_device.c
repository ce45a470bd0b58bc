/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "config/config.h"
#include "http/request.h"
#include "rpc/handlers.h"
#include "rpc/registering.h"

/* The wiki has date before URL, the guide the other way round; listDevices always has URL first. */
static void make(struct rpc_call *call, struct buf *answer, const struct registration *registration,
		 const struct redirect_answer *outcome)
{
	bool url_first =
		request_config(call->req)->redirect.check_device_order == DATE_ORDER_URL_DATE;
	char mac[MAC_LEN + 1];
	char date[11];

	if (outcome->outcome != REDIRECT_OK) {
		rpc_outcome(call, answer, outcome);
		return;
	}
	mac_format(registration->mac, mac);
	clock_format_date(date, registration->created_at);
	rpc_array_begin(answer);
	rpc_boolean(answer, true);
	rpc_string(answer, mac);
	rpc_string(answer, registration->provider);
	rpc_string(answer, url_first ? registration->url : date);
	rpc_string(answer, url_first ? date : registration->url);
	rpc_array_end(answer);
}

int rpc_check_device(struct rpc_call *call)
{
	return rpc_check(call, make);
}
