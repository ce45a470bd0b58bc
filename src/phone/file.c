/* SPDX-License-Identifier: MIT */
/*
 * GET of a file by a desk phone, under the link that an order gave it: a ring tone,
 * a logo, firmware.  The link is one for this phone and this name, so whoever has
 * none finds nothing, and learns nothing either.
 */
#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/admission.h"
#include "fleet/firmware_file.h"
#include "fleet/fleet.h"
#include "fleet/seen.h"
#include "fleet/wpi_file.h"
#include "fleet/wpi_trust.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "phone/firmware.h"
#include "store/device.h"

enum { NANOSECONDS = 1000000000 };

static int deny(struct request *req, int reason)
{
	counter_add(M_FETCH_DENIED, 1);
	request_set_reason(req, reason);
	reply_error(req, -E_NO_ROUTE, NULL);
	return 0;
}

static int give(struct request *req, const struct wpi_file *wanted)
{
	void *mem = request_mem(req);
	struct firmware_file file;
	struct reply_file reply = {.type = "application/octet-stream"};
	int r = wpi_file_open(request_config(req), wanted, &file);

	if (r < 0)
		return r == -E_BUSY ? r : deny(req, r);
	reply.fd = file.fd;
	reply.size = file.size;
	reply.modified_at = file.modified_ns / NANOSECONDS;
	reply.etag = mem_printf(mem, "\"%s\"", wanted->sha256);
	return reply_file(req, &reply);
}

/* The phone that the link is for, if it may have anything. */
static int admit(struct request *req, struct db *db, int64_t mac)
{
	struct device_fetch *fetch = NULL;
	int r = device_fetch_find(request_mem(req), db, mac, &fetch);

	if (r >= 0)
		r = admission_judge_device(r ? fetch : NULL, 0);
	return r < 0 ? r
		     : wpi_trust_judge_place(request_mem(req), db, &request_config(req)->wpi, mac,
					     request_address(req));
}

static int serve(struct request *req, int64_t mac, const char *name)
{
	struct wpi_file *file;
	struct db *db;
	int r = fleet_reader(&db);

	if (r == 0)
		r = admit(req, db, mac);
	if (admission_is_denial(r) || wpi_trust_is_refusal(r))
		return deny(req, r);
	if (r == 0)
		r = wpi_file_find(request_mem(req), db, name, &file);
	if (r < 0)
		return r;
	seen_note(mac, clock_now(), request_address(req), request_header(req, "User-Agent"));
	return r > 0 ? give(req, file) : firmware_serve(req, mac, name);
}

int phone_file(struct request *req)
{
	const char *token = request_param(req, "token");
	const char *name = request_param(req, "file");
	int64_t mac = 0;
	int r = token ? 0 : wpi_file_token_split(request_mem(req), name, &token, &name);

	if (r == 0)
		r = wpi_file_token_check(token, name, &mac);
	return r < 0 ? deny(req, r) : serve(req, mac, name);
}
