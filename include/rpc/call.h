/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "http/auth.h"
#include "redirect/registration.h"

struct buf;
struct db;
struct diag;
struct request;

/*
 * XML-RPC calls: parsed with xmlrpc-c, dispatched from methods.def, answered by
 * hand, since real clients match the answer's bytes: compact, strings untyped.
 *
 * A method's handler runs on a worker.  It answers with the functions below and
 * returns 0, or posts a write (rpc_write) and returns REQUEST_LATER; negative
 * is a fault.  `diag` may have the fault's words.
 */

/* A parameter: a string, a flag ("0" or "1"), or an array of strings. */
struct rpc_param {
	bool is_array;
	bool is_flag; /* came as a boolean or a number */
	const char *text;
	const char **items;
	size_t count;
};

struct rpc_call {
	struct request *req;
	void *mem; /* the request's */
	const struct rpc_method *method;
	struct rpc_param *params;
	size_t param_count;
	struct redirect_caller caller;
	struct diag *diag;
	void *work; /* the handler's own, for its write operation */
};

typedef int rpc_handler(struct rpc_call *call);

struct rpc_method {
	const char *name;
	rpc_handler *handler;
	enum role role; /* least role; see ROLE_VIEWER */
	const char *signatures;
	const char *help;
};

/* NULL when there is none.  rpc_method_next(): in the table's order, NULL at the end. */
const struct rpc_method *rpc_method_find(const char *name);
const struct rpc_method *rpc_method_next(const struct rpc_method *last);

/*
 * Runs `op` as a write operation.  It makes the answer with rpc_answer_begin()
 * and the like, in `call->mem`; the reply leaves after the commit.
 */
typedef int rpc_op(struct rpc_call *call, struct db *db, struct buf *answer);
int rpc_write(struct rpc_call *call, rpc_op *op) MUST_CHECK;

/* Sends what was made. */
int rpc_reply(struct rpc_call *call, struct buf *answer) MUST_CHECK;

/* Answers: <value><array><data> … inside a methodResponse. */
struct buf *rpc_answer_new(void *mem);
void rpc_answer_head(struct buf *answer);
void rpc_answer_tail(struct buf *answer);
void rpc_array_begin(struct buf *answer);
void rpc_array_end(struct buf *answer);
void rpc_string(struct buf *answer, const char *s);
void rpc_boolean(struct buf *answer, bool b);

/* [0, text] or [1, text] */
void rpc_result(struct buf *answer, bool good, const char *text);

/* Runs the call in a document, which must live as long as the request and be followed by a byte. */
int rpc_run(struct request *req, const char *document, size_t len) MUST_CHECK;

/* A fault with the code of errors.def. */
void rpc_fault(struct request *req, int r, const char *text);
