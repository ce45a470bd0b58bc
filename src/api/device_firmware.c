/* SPDX-License-Identifier: MIT */
#include "api/answer.h"
#include "api/query.h"
#include "base/clock.h"
#include "fleet/view.h"
#include "http/handlers.h"
#include "http/request.h"

int api_device_firmware(struct request *req)
{
	void *mem = request_mem(req);
	const struct document_firmware *firmware;
	struct view *view;
	struct db *db;
	int64_t mac;
	int r = api_mac(req, &mac);

	if (r == 0)
		r = fleet_reader(&db);
	if (r == 0)
		r = view_read(mem, db, request_config(req), mac, clock_now(), &view);
	if (r < 0)
		return r;
	firmware = view->firmware.firmware;
	return api_answer(req, 200,
			  json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "mac", api_mac_text(mac),
				    "runs", api_text(view->fetch->firmware), "wanted",
				    api_text(view->firmware.wanted), "file",
				    api_text(view->firmware.name), "version",
				    api_text(firmware ? firmware->version : NULL), "url",
				    api_text(firmware ? firmware->url : NULL), "why_not",
				    api_text(view->firmware.notice)));
}
