/* SPDX-License-Identifier: MIT */
#include "api/write.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"
#include "http/auth.h"
#include "http/reply.h"
#include "http/request.h"

struct write {
	struct request *req;
	api_op *op;
	void *arg;
	const struct audit_who *who;
};

static int write_op(struct db *db, void *arg, struct diag *diag)
{
	struct write *write = arg;
	struct change change = {db, request_mem(write->req), write->who, diag,
				request_config(write->req)};

	return write->op(write->req, &change, write->arg);
}

static void write_done(void *arg, int result, const struct diag *diag)
{
	struct write *write = arg;

	if (result < 0) {
		if (error_status(result) >= 500)
			log_error("a change failed", LOG_S("request", write->who->request),
				  LOG_S("words", diag->text), LOG_E(result));
		reply_error(write->req, result, diag_text(diag, result));
	}
	request_finish(write->req, 0);
}

const struct audit_who *api_who(struct request *req)
{
	struct audit_who *who = mem_new(request_mem(req), struct audit_who);
	char *address = mem_alloc(request_mem(req), NET_TEXT_MAX);

	net_address_text(request_address(req), address);
	who->actor = request_principal(req)->name;
	who->address = address;
	who->request = request_id(req);
	return who;
}

int api_write(struct request *req, api_op *op, void *arg)
{
	struct write *write = mem_new(request_mem(req), struct write);
	int r;

	write->req = req;
	write->op = op;
	write->arg = arg;
	write->who = api_who(req);
	r = writer_post(fleet_writer(), WRITER_NORMAL, write_op, write_done, write);
	return r < 0 ? r : REQUEST_LATER;
}
