/* SPDX-License-Identifier: MIT */
/*
 * A file comes in pieces, each a request of its own, so that it never is in
 * memory as a whole, and so that nothing of it is written before its sender
 * has proved who he is.
 */
#include "api/answer.h"
#include "api/input.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_name.h"
#include "http/handlers.h"
#include "http/request.h"

int api_firmware_piece(struct request *req)
{
	const char *name = request_param(req, "name");
	struct diag diag = {0};
	struct api_piece piece;
	int r = firmware_name_check(name, &diag);

	if (r == 0)
		r = api_input_piece(req, &piece, &diag);
	if (r == 0)
		r = firmware_piece_write(request_config(req), name, piece.offset, piece.data,
					 piece.len, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_answer_nothing(req);
}
