/* SPDX-License-Identifier: MIT */
/*
 * What phones ask that nobody can call (DCMP): is there anything for me?  The
 * status is the answer.  Two keyed reads, the same for every MAC, known or not; who
 * asks from where the phone may not call hears that there is nothing.
 */
#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/wpi_trust.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/mac.h"
#include "store/wpi_order.h"

enum { NOTHING = 200, PENDING = 202 };

int wpi_dcmp(struct request *req)
{
	const char *text = request_query(req, "device-id");
	bool is_wanted = false;
	struct db *db;
	int64_t mac;
	int r, trusted = 0;

	if (!text || mac_parse(text, &mac) < 0)
		mac = 0;
	r = fleet_reader(&db);
	if (r == 0)
		r = trusted = wpi_trust_judge_place(request_mem(req), db, &request_config(req)->wpi,
						    mac, request_address(req));
	if (r == 0 || wpi_trust_is_refusal(r))
		r = wpi_order_is_pending(db, mac, clock_now(), &is_wanted);
	if (r < 0)
		return r;
	if (trusted < 0)
		request_set_reason(req, trusted);
	reply_empty(req, is_wanted && trusted == 0 ? PENDING : NOTHING);
	return 0;
}
