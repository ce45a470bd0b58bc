/* SPDX-License-Identifier: MIT */
/* The methods of Yealink's service, which Htek and Fanvil share in parts. */
#include <string.h>

#include "rpc/dialect.h"
#include "rpc/handlers.h"
#include "rpc/registering.h"

int rpc_yealink_register(struct rpc_call *call)
{
	bool replace = call->param_count > 2 && strcmp(call->params[2].text, "1") == 0;

	return dialect_register(call, DIALECT_YEALINK, call->params[1].text, replace);
}

int rpc_yealink_deregister(struct rpc_call *call)
{
	return dialect_deregister(call, DIALECT_YEALINK);
}

/* Other words than the other methods': what is not ours is "Unregistered", whoever has it. */
static void checked(struct rpc_call *call, struct buf *answer,
		    const struct registration *registration, const struct redirect_answer *outcome)
{
	(void)registration;
	rpc_suffix_alarm(call, outcome);
	rpc_result(answer, outcome->outcome == REDIRECT_OK,
		   outcome->outcome == REDIRECT_OK		? "Registered"
		   : outcome->outcome == REDIRECT_MAC_NOT_FOUND ? "Unregistered"
								: "Error:Invalid MAC");
}

int rpc_yealink_check(struct rpc_call *call)
{
	return rpc_check(call, checked);
}
