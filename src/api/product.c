/* SPDX-License-Identifier: MIT */
/* Kinds of devices; nothing of the fleet. */
#include "api/answer.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"

static json_t *most(int n)
{
	return n ? json_integer(n) : json_null();
}

int api_product_list(struct request *req)
{
	json_t *rows = json_array();

	for (const struct product *p = product_next(NULL); p; p = product_next(p))
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:s?, s:o, s:o, s:o, s:s}", "name", p->name,
					"format", p->format->name, "dvid", p->dvid, "handsets",
					most(p->handsets_max), "lines", most(p->lines_max),
					"sip_servers", most(p->sip_servers_max), "what", p->what));
	return api_answer(req, 200, json_pack("{s:o}", "products", rows));
}
