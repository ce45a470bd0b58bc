/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "sim/item.h"

struct buf;

/* What a phone says: a WorkpointMessage, written as phones of all kinds write it. */

enum sim_quirk {
#define QUIRK(id, name, what, who) SIM_QUIRK_##id,
#include "sim/quirks.def"
#undef QUIRK
	SIM_QUIRK_COUNT,
};

#define SIM_QUIRK(id) (UINT64_C(1) << SIM_QUIRK_##id)

struct sim_message {
	const char *nonce;
	const char *reason;
	const char *action; /* that a reply answers; NULL: it is no reply */
	const char *status; /* of a reply; NULL: it does not say */
	bool is_partial;
	unsigned max_items; /* 0: no limit */
	const struct sim_item *items;
	size_t item_count;
};

/* `turn` changes what an order that varies is like. */
void sim_message_write(struct buf *out, const struct sim_message *message, uint64_t quirks,
		       unsigned turn);

/* XML of either side with secret values as asterisks. */
void sim_message_redact(struct buf *out, const char *xml, size_t len);

/* The quirk of that name, SIM_QUIRK_COUNT when there is none; name and words of one. */
enum sim_quirk sim_quirk_of(const char *name);
const char *sim_quirk_name(enum sim_quirk quirk);
const char *sim_quirk_text(enum sim_quirk quirk);
