/* SPDX-License-Identifier: MIT */
/* POST /apxml/basic.do: the same calls as files in a form, one at a time. */
#include "http/handlers.h"
#include "http/request.h"
#include "rpc/call.h"
#include "rpc/multipart.h"

int rpc_upload(struct request *req)
{
	struct diag diag = {0};
	const char *document = NULL;
	size_t len;
	const char *body = request_body(req, &len);
	int r = multipart_document(request_header(req, "Content-Type"), body, len, &document, &len,
				   &diag);

	if (r < 0) {
		rpc_fault(req, r, diag_text(&diag, r));
		return 0;
	}
	return rpc_run(req, document, len);
}
