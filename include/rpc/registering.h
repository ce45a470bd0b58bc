/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/call.h"

/* What the methods that register and deregister have in common. */

/* [1, "OK…"] or [0, "code:offender"]; a refusal is logged with its reason. */
void rpc_outcome(struct rpc_call *call, struct buf *answer, const struct redirect_answer *outcome);

/* A line in the log unless all is well; `text` is what the caller was told. */
void rpc_refusal_log(struct rpc_call *call, const char *text,
		     const struct redirect_answer *outcome);

/* Raises the alarm when a suffix was one too many; rpc_outcome() and rpc_list() do so themselves. */
void rpc_suffix_alarm(struct rpc_call *call, const struct redirect_answer *outcome);

/*
 * Checks the first parameter's MAC and replies with what `make` makes of the
 * outcome; `registration` is there when that is REDIRECT_OK.  A check writes
 * nothing, but where a suffix has to be counted it goes on as a write operation.
 */
typedef void rpc_check_answer(struct rpc_call *call, struct buf *answer,
			      const struct registration *registration,
			      const struct redirect_answer *outcome);
int rpc_check(struct rpc_call *call, rpc_check_answer *make) MUST_CHECK;

/* Sets the caller's require_mac_id: the account's own, or else the ini's. */
int rpc_require_mac_id(struct rpc_call *call) MUST_CHECK;

/* -E_RPC_LIST when the first parameter has more MACs than max_list. */
int rpc_list_check(struct rpc_call *call) MUST_CHECK;

/*
 * Calls `one` for each MAC of the first parameter and makes the answer in the
 * shape that the ini wants (list_answer).  A MAC that is named twice is
 * answered as the first time, and done once; `mem` is emptied after each.  In the guide's shape `check` is
 * asked about all of them before: one invalid MAC refuses the list.
 */
typedef int rpc_list_one(void *mem, struct rpc_call *call, struct db *db, const char *mac_id,
			 void *arg, struct redirect_answer *answer);
int rpc_list(struct rpc_call *call, struct db *db, struct buf *answer, rpc_list_one *check,
	     rpc_list_one *one, void *arg) MUST_CHECK;
