/* SPDX-License-Identifier: MIT */
/* The methods of Snom's service.  Whoever owns a MAC registers it anew without further ado. */
#include "rpc/dialect.h"
#include "rpc/handlers.h"
#include "rpc/listing.h"
#include "rpc/registering.h"

int rpc_snom_register(struct rpc_call *call)
{
	return dialect_register(call, DIALECT_SNOM, call->params[1].text, true);
}

int rpc_snom_deregister(struct rpc_call *call)
{
	return dialect_deregister(call, DIALECT_SNOM);
}

static void checked(struct rpc_call *call, struct buf *answer,
		    const struct registration *registration, const struct redirect_answer *outcome)
{
	(void)registration;
	rpc_suffix_alarm(call, outcome);
	dialect_answer(call, DIALECT_SNOM, answer, outcome);
}

int rpc_snom_check(struct rpc_call *call)
{
	return rpc_check(call, checked);
}

static void row(struct buf *out, const struct registration *registration,
		struct rpc_listing_last *last)
{
	char mac[MAC_LEN + 1];

	(void)last;
	mac_format(registration->mac, mac);
	rpc_string(out, mac);
}

int rpc_snom_list(struct rpc_call *call)
{
	return rpc_listing(call, row);
}
