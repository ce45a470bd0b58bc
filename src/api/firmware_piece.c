/* SPDX-License-Identifier: MIT */
/*
 * A file comes in pieces, each a request of its own, so that it never is in
 * memory as a whole, and so that nothing of it is written before its sender
 * has proved who he is.
 */
#include "api/answer.h"
#include "api/input.h"
#include "base/text.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_name.h"
#include "http/handlers.h"
#include "http/request.h"

int api_firmware_piece(struct request *req)
{
	const char *name = request_param(req, "name");
	const char *offset_text = request_query(req, "offset");
	struct diag diag = {0};
	uint64_t offset;
	size_t len = 0;
	char *data;
	int r = firmware_name_check(name, &diag);

	if (r == 0 && (!offset_text || !text_to_uint(offset_text, INT64_MAX, &offset)))
		r = diag_set(&diag, -E_VALUE, "offset is the number of bytes before this piece");
	if (r == 0)
		r = api_input_text(req, "application/octet-stream", &data, &len, &diag);
	if (r == 0)
		r = firmware_piece_write(request_config(req), name, offset, data, len, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_answer_nothing(req);
}
