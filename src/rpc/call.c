/* SPDX-License-Identifier: MIT */
/*
 * POST /apxml/rpc.do and /RPC2: the life of a call.
 *
 * parse → find the method → role → number and kinds of parameters against the
 * table → handler.  Whatever goes wrong with the call itself is a fault with
 * HTTP status 200; how the business ends is the method's answer.
 */
#include "rpc/call.h"

#include <string.h>

#include "base/buf.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/fleet.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "rpc/handlers.h"
#include "rpc/parse.h"
#include "rpc/signature.h"

static const struct rpc_method methods[] = {
#define METHOD(name, handler, role, signatures, help)                                              \
	{name, handler, ROLE_##role, signatures, help},
#include "rpc/methods.def"
#undef METHOD
};

const struct rpc_method *rpc_method_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

const struct rpc_method *rpc_method_next(const struct rpc_method *last)
{
	const struct rpc_method *next = last ? last + 1 : methods;

	return next < methods + COUNT_OF(methods) ? next : NULL;
}

static void caller_set(struct rpc_call *call, struct audit_who *who)
{
	const struct principal *principal = request_principal(call->req);
	char *address = mem_alloc(call->mem, NET_TEXT_MAX);

	net_address_text(request_address(call->req), address);
	who->actor = principal->name;
	who->address = address;
	who->request = request_id(call->req);
	call->caller.who = who;
	call->caller.config = request_config(call->req);
	call->caller.account_id = principal->account_id;
	call->caller.rules = &request_config(call->req)->redirect;
	call->caller.every_provider =
		principal->role == ROLE_ADMIN || principal->role == ROLE_VIEWER;
}

static int dispatch(struct rpc_call *call, const struct rpc_request *parsed)
{
	const struct principal *principal = request_principal(call->req);
	int r;

	call->method = rpc_method_find(parsed->method);
	if (!call->method)
		return diag_set(call->diag, -E_RPC_METHOD,
				"no method '%.64s'; system.listMethods names them", parsed->method);
	if (principal->role < call->method->role)
		return diag_set(call->diag, -E_FORBIDDEN, "account '%s' may not call %s",
				principal->name, call->method->name);
	call->params = parsed->params;
	call->param_count = parsed->param_count;
	r = rpc_signature_check(call, call->diag);
	return r < 0 ? r : call->method->handler(call);
}

int rpc_run(struct request *req, const char *document, size_t len)
{
	void *mem = request_mem(req);
	struct rpc_call *call = mem_new(mem, struct rpc_call);
	struct audit_who *who = mem_new(mem, struct audit_who);
	struct rpc_request parsed = {0};
	int r;

	counter_add(M_RPC_CALL, 1);
	call->req = req;
	call->mem = mem;
	call->diag = mem_new(mem, struct diag);
	caller_set(call, who);
	r = rpc_parse(mem, document, len, request_config(req)->limits.max_xml_depth, &parsed,
		      call->diag);
	if (r == 0)
		r = dispatch(call, &parsed);
	if (r < 0) {
		rpc_fault(req, r, diag_text(call->diag, r));
		r = 0;
	}
	return r;
}

int rpc_call(struct request *req)
{
	size_t len;
	const char *body = request_body(req, &len);

	return rpc_run(req, body, len);
}

struct write {
	struct rpc_call *call;
	rpc_op *op;
	struct buf *answer;
};

static int write_op(struct db *db, void *arg, struct diag *diag)
{
	struct write *write = arg;
	int r;

	(void)diag;
	log_request(write->call->caller.who->request);
	write->answer = rpc_answer_new(write->call->mem);
	r = write->op(write->call, db, write->answer);
	log_request(NULL);
	return r;
}

static void write_done(void *arg, int result, const struct diag *diag)
{
	struct write *write = arg;
	struct rpc_call *call = write->call;
	int r;

	log_request(call->caller.who->request);
	if (result < 0) {
		log_error("a registration call failed", LOG_S("method", call->method->name),
			  LOG_S("words", diag->text), LOG_E(result));
		rpc_fault(call->req, result, diag_text(diag, result));
	} else {
		r = rpc_reply(call, write->answer);
		(void)r;
	}
	log_request(NULL);
	request_finish(call->req, 0);
}

int rpc_write(struct rpc_call *call, rpc_op *op)
{
	struct write *write = mem_new(call->mem, struct write);
	int r;

	write->call = call;
	write->op = op;
	r = writer_post(fleet_writer(), WRITER_NORMAL, write_op, write_done, write);
	return r < 0 ? r : REQUEST_LATER;
}
