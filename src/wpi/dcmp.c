/* SPDX-License-Identifier: MIT */
/*
 * What phones ask that nobody can call (DCMP): is there anything for me?  The
 * status is the answer.  One keyed read, the same for every MAC, known or not.
 */
#include "base/clock.h"
#include "base/error.h"
#include "fleet/fleet.h"
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
	int r;

	if (!text || mac_parse(text, &mac) < 0)
		mac = 0;
	r = fleet_reader(&db);
	if (r == 0)
		r = wpi_order_is_pending(db, mac, clock_now(), &is_wanted);
	if (r < 0)
		return r;
	reply_empty(req, is_wanted ? PENDING : NOTHING);
	return 0;
}
