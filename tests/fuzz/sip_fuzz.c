/* SPDX-License-Identifier: MIT */
/*
 * A packet from the network, as far as it is looked at: screened, parsed, taken
 * for a question (and answered) or for an answer (and its challenge answered).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "outbound/sip_digest.h"
#include "outbound/sip_message.h"
#include "outbound/sip_screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* What is made of a packet has the lines that it should have, and no others. */
static void demand_head(const char *text, size_t lines_max)
{
	size_t lines = 0;

	for (const char *s = text; (s = strstr(s, "\r\n")); s += 2)
		lines++;
	demand(lines <= lines_max);
	for (const char *s = text; *s; s++)
		demand((unsigned char)*s >= ' ' || *s == '\t' || *s == '\r' || *s == '\n');
}

static void question(void *mem, const osip_message_t *message)
{
	static const struct net_address sender = {.bytes = {192, 0, 2, 1}, .len = 4, .port = 5060};
	struct sip_place here = {.host = "192.0.2.9", .port = 5060};
	struct sip_subscribe subscribe;
	struct buf *out = buf_new(mem);
	struct sip_notify notify = {.here = here, .branch = "b", .cseq = 1, .body = "http://x/"};

	if (sip_subscribe_read(mem, message, &sender, &subscribe) < 0)
		return;
	demand(subscribe.mac >= 0 && subscribe.mac >> 48 == 0);
	demand(subscribe.port > 0 && subscribe.port < 65536);
	sip_subscribe_answer(&subscribe, &here, "tag", out);
	demand_head(out->data, 16 + (size_t)osip_list_size(&message->vias));
	buf_cut(out, 0);
	notify.uri = subscribe.contact ? subscribe.contact : "sip:x";
	notify.to = subscribe.from;
	notify.from = subscribe.to;
	notify.call_id = subscribe.call_id;
	notify.event = subscribe.event;
	sip_notify_write(&notify, out);
	demand_head(out->data, 16);
}

static void response(void *mem, const osip_message_t *message)
{
	struct sip_login login = {"user", secret_new(mem, "password"), "NOTIFY", "sip:x", "c"};
	const char *name;
	bool is_stale = false;
	char *value;

	if (sip_login_answer(mem, message, &login, &name, &value, &is_stale) > 0)
		demand_head(value, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) void *mem = mem_root("fuzz");
	static bool is_set_up;
	osip_event_t *event;

	if (!is_set_up)
		sip_message_setup();
	is_set_up = true;
	if (sip_message_read(data, size, &event) < 0)
		return 0;
	demand(size <= SIP_MESSAGE_MAX);
	if (MSG_IS_REQUEST(event->sip))
		question(mem, event->sip);
	else
		response(mem, event->sip);
	osip_event_free(event);
	return 0;
}
