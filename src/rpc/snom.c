/* SPDX-License-Identifier: MIT */
/* The methods of Snom's service.  Whoever owns a MAC registers it anew without further ado. */
#include "rpc/dialect.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"

int rpc_snom_register(struct rpc_call *call)
{
	return dialect_register(call, DIALECT_SNOM, call->params[1].text, true);
}

int rpc_snom_deregister(struct rpc_call *call)
{
	return dialect_deregister(call, DIALECT_SNOM);
}

int rpc_snom_check(struct rpc_call *call)
{
	struct redirect_answer outcome;
	int r = dialect_check(call, &outcome);

	return r < 0 ? r : dialect_reply(call, DIALECT_SNOM, &outcome);
}

static void row(struct buf *out, const struct registration *registration)
{
	char mac[MAC_LEN + 1];

	mac_format(registration->mac, mac);
	rpc_string(out, mac);
}

int rpc_snom_list(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
