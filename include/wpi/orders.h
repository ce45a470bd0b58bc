/* SPDX-License-Identifier: MIT */
#pragma once

#include "fleet/wpi_order.h"
#include "wpi/flow.h"

/* Between the dialogue, which knows no fleet, and the fleet's orders. */

/* What the message that opens a dialogue tells; strings are the message's. */
void wpi_orders_phone(const struct wpi_message *message, int64_t mac, struct wpi_order_phone *ret);
/* The same, kept: `to` outlives the message. */
void wpi_orders_phone_copy(void *mem, const struct wpi_order_phone *from,
			   struct wpi_order_phone *to);

/* Puts what is due into `wants`, and check = READ where a file can be seen only then. */
int wpi_orders_read(void *mem, struct db *db, const struct config *config,
		    const struct wpi_order_phone *phone, struct wpi_wants *wants) MUST_CHECK;

/*
 * What a turn has told, for fleet_wpi_order_news(): a copy that belongs to `mem`,
 * NULL when there is nothing to be written.  Secrets stay behind.
 */
struct wpi_order_news *wpi_orders_news(void *mem, const struct wpi_order_phone *phone,
				       const struct wpi_session *session,
				       const struct wpi_turn *turn);
