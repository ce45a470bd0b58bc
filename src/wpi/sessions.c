/* SPDX-License-Identifier: MIT */
/* The dialogues that this daemon holds, for people. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "dialogue.h"
#include "http/handlers.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/mac.h"

enum { SHOWN_MAX = 500 };

static json_t *row_json(const struct dialogue_row *row)
{
	char mac[MAC_LEN + 1], address[NET_TEXT_MAX];

	mac_format(row->mac, mac);
	net_address_text(&row->address, address);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "mac", mac, "address", address, "state",
			 row->is_taken ? "BUSY" : wpi_state_name(row->state), "words",
			 row->is_taken ? "a message is being answered" : wpi_state_text(row->state),
			 "until", (json_int_t)row->until_at, "bytes", (json_int_t)row->bytes);
}

int wpi_sessions(struct request *req)
{
	struct dialogue_row *rows;
	size_t count, open = dialogue_list(request_mem(req), clock_now(), SHOWN_MAX, &rows, &count);
	json_t *sessions = json_array();
	char *text;

	for (size_t i = 0; i < count; i++)
		json_array_append_new(sessions, row_json(&rows[i]));
	sessions = json_pack("{s:o, s:I}", "sessions", sessions, "open", (json_int_t)open);
	text = json_dumps(sessions, JSON_COMPACT);
	json_decref(sessions);
	reply_bytes(req, 200, "application/json", text, strlen(text));
	reply_header(req, "X-Timezone", request_config(req)->daemon.timezone);
	free(text);
	return 0;
}
