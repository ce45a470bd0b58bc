/* SPDX-License-Identifier: MIT */
/*
 * Answers, byte for byte as the real server's clients expect them: no white
 * space between tags, no <string>.
 */
#include "base/buf.h"
#include "base/counter.h"
#include "base/error.h"
#include "http/reply.h"
#include "http/request.h"
#include "rpc/call.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse>"

struct buf *rpc_answer_new(void *mem)
{
	struct buf *answer = buf_new(mem);

	rpc_answer_head(answer);
	return answer;
}

void rpc_answer_head(struct buf *answer)
{
	buf_adds(answer, HEAD "<params><param>");
}

void rpc_answer_tail(struct buf *answer)
{
	buf_adds(answer, "</param></params></methodResponse>");
}

void rpc_array_begin(struct buf *answer)
{
	buf_adds(answer, "<value><array><data>");
}

void rpc_array_end(struct buf *answer)
{
	buf_adds(answer, "</data></array></value>");
}

void rpc_string(struct buf *answer, const char *s)
{
	buf_adds(answer, "<value>");
	buf_add_xml(answer, s);
	buf_adds(answer, "</value>");
}

void rpc_boolean(struct buf *answer, bool b)
{
	buf_adds(answer,
		 b ? "<value><boolean>1</boolean></value>" : "<value><boolean>0</boolean></value>");
}

void rpc_result(struct buf *answer, bool good, const char *text)
{
	rpc_array_begin(answer);
	rpc_boolean(answer, good);
	rpc_string(answer, text);
	rpc_array_end(answer);
}

int rpc_reply(struct rpc_call *call, struct buf *answer)
{
	rpc_answer_tail(answer);
	reply_static(call->req, 200, "text/xml", answer->data, answer->len);
	return 0;
}

void rpc_fault(struct request *req, int r, const char *text)
{
	struct buf *answer = buf_new(request_mem(req));

	buf_printf(answer,
		   HEAD "<fault><value><struct><member><name>faultCode</name><value><int>%d</int>"
			"</value></member><member><name>faultString</name>",
		   -r);
	rpc_string(answer, text);
	buf_adds(answer, "</member></struct></value></fault></methodResponse>");
	counter_add(M_RPC_FAULT, 1);
	request_set_reason(req, r);
	reply_static(req, 200, "text/xml", answer->data, answer->len);
}
