/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/macros.h"
#include "fleet/fleet.h"

struct request;

/* Who asks, for the audit log; lives as long as the request. */
const struct audit_who *api_who(struct request *req);

/*
 * Writes of a request.
 *
 * `op` runs on the writer's thread, in the transaction: it gives a command of
 * fleet its struct change, whose words and memory are the request's, and sets
 * the reply (api_answer() and its like), which leaves after the commit.  When
 * it fails, or the commit does, the error goes out instead.
 */
typedef int api_op(struct request *req, struct change *change, void *arg);

/* What a handler returns at its end: REQUEST_LATER, or negative when nothing may be posted. */
int api_write(struct request *req, api_op *op, void *arg) MUST_CHECK;
