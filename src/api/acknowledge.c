/* SPDX-License-Identifier: MIT */
#include "fleet/acknowledge.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "http/handlers.h"
#include "http/request.h"

struct input {
	int64_t mac;
	int64_t missing;
};

static const struct api_field fields[] = {
	API_FIELD("missing", NUMBER, MAY, struct input, missing),
};

static int acknowledge_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct rendition_held *held;
	int r = fleet_acknowledge(change, input->mac, input->missing, &held);

	return r < 0 ? r
		     : api_answer(req, 200,
				  json_pack("{s:o, s:I, s:I}", "mac", api_mac_text(input->mac),
					    "missing", (json_int_t)held->missing, "of",
					    (json_int_t)held->all));
}

int api_acknowledge(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r == 0 && input->missing < 0)
		r = diag_set(&diag, -E_VALUE, "missing is how many handsets would go");
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, acknowledge_op, input);
}
