/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "http/request.h"
#include "rpc/handlers.h"
#include "rpc/registering.h"

/* The wiki has date before URL, the guide the other way round; listDevices always has URL first. */
int rpc_check_device(struct rpc_call *call)
{
	bool url_first =
		request_config(call->req)->redirect.check_device_order == DATE_ORDER_URL_DATE;
	struct buf *answer = rpc_answer_new(call->mem);
	struct registration *registration;
	struct redirect_answer outcome;
	char mac[MAC_LEN + 1];
	char date[11];
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = redirect_check(call->mem, db, &call->caller, call->params[0].text,
				   &registration, &outcome);
	if (r < 0)
		return r;
	if (outcome.outcome != REDIRECT_OK) {
		rpc_outcome(call, answer, &outcome);
		return rpc_reply(call, answer);
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
	return rpc_reply(call, answer);
}
