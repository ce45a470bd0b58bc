/* SPDX-License-Identifier: MIT */
/*
 * The 200 is made of the question alone and costs no memory: a phone that asks
 * again because it was lost gets another.  The NOTIFY is a transaction, begun
 * once for each question.  Both go to where the question came from, so that
 * nobody can have them sent to others than himself or those he can pretend to be.
 */
#include "multicast.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "fleet/fleet.h"
#include "fleet/notify.h"
#include "sip_message.h"
#include "sip_socket.h"
#include "sip_stack.h"
#include "store/mac.h"

enum { ANSWERED_MS = 32000, UNDER_WAY_MAX = 1024 };

/* A bucket that a second fills. */
static bool has_room(struct multicast *multicast, const struct config *config)
{
	double rate = config->sip.multicast_rate;
	int64_t now = clock_monotonic_ms();

	multicast->room += (double)(now - multicast->room_at_ms) * rate / 1000;
	multicast->room_at_ms = now;
	if (multicast->room > rate)
		multicast->room = rate;
	if (multicast->room < 1)
		return false;
	multicast->room -= 1;
	return true;
}

/* The same for a question that comes again, so that its tag is, too. */
static uint64_t key_of(const struct multicast *multicast, const struct sip_subscribe *subscribe)
{
	CLEANUP(mem_freep)
	char *text = mem_printf(NULL, "%lld %s %s", (long long)subscribe->mac, subscribe->call_id,
				subscribe->cseq);
	uint64_t key;

	crypto_shorthash((uint8_t *)&key, (const uint8_t *)text, strlen(text), multicast->secret);
	return key;
}

/* Whether this is the question again; it is remembered. */
static bool is_again(struct multicast *multicast, uint64_t key)
{
	int64_t now = clock_monotonic_ms();
	size_t i;

	for (i = 0; i < COUNT_OF(multicast->answered); i++)
		if (multicast->answered[i].key == key && multicast->answered[i].at_ms > 0 &&
		    now - multicast->answered[i].at_ms < ANSWERED_MS)
			return true;
	i = multicast->next++ % COUNT_OF(multicast->answered);
	multicast->answered[i].key = key;
	multicast->answered[i].at_ms = now;
	return false;
}

static int url_of(void *mem, const struct config *config, int64_t mac, char **ret)
{
	struct db *db;
	int r = fleet_snapshot(&db);

	if (r < 0)
		return r;
	r = notify_url(mem, db, config, mac, ret);
	db_snapshot_end(db);
	return r;
}

static void ended(void *arg, const osip_message_t *response, int r)
{
	char mac[MAC_LEN + 1];

	mac_format((int64_t)(intptr_t)arg, mac);
	if (response && response->status_code < 300)
		log_debug("a phone was told its URL by multicast", LOG_S("mac", mac));
	else if (response)
		log_info("a phone did not take its URL by multicast", LOG_S("mac", mac),
			 LOG_I("status", response->status_code));
	else
		log_info("a phone did not answer when it was told its URL by multicast",
			 LOG_S("mac", mac), LOG_S("why", r < 0 ? error_text(r) : "no answer"));
}

/* In the dialog that the SUBSCRIBE began, and in it the first and last request. */
static int notify(struct multicast *multicast, const struct config *config,
		  const struct sip_subscribe *subscribe, const struct sip_place *here,
		  const struct net_address *to, const char *tag, const char *url)
{
	CLEANUP(mem_freep) void *mem = mem_root("multicast notify");
	char branch[SIP_TOKEN_LEN + 1];
	struct buf *text = buf_new(mem);
	char address[NET_TEXT_MAX];
	char mac[MAC_LEN + 1];
	struct sip_notify notify = {.here = *here, .event = subscribe->event, .cseq = 1};

	sip_token(branch);
	net_address_text(to, address);
	mac_format(subscribe->mac, mac);
	notify.uri = subscribe->contact
			     ? subscribe->contact
			     : mem_printf(mem, "sip:MAC%%3A%s@%s:%u", mac, address, to->port);
	notify.to = subscribe->from;
	notify.from = mem_printf(mem, "%s;tag=%s", subscribe->to, tag);
	notify.call_id = subscribe->call_id;
	notify.branch = branch;
	notify.body = url;
	sip_notify_write(&notify, text);
	return sip_stack_send(multicast->stack, config, to, text->data, text->len, ended,
			      (void *)(intptr_t)subscribe->mac);
}

static int answer(struct multicast *multicast, const struct config *config,
		  const struct sip_subscribe *subscribe, const struct net_address *sender,
		  const char *url)
{
	CLEANUP(mem_freep) struct buf *text = buf_new(NULL);
	struct net_address to = *sender;
	uint64_t key = key_of(multicast, subscribe);
	char tag[2 * sizeof(key) + 1];
	struct sip_place here = {.tcp = false};
	int r;

	to.port = (uint16_t)subscribe->port;
	r = sip_place_of(&config->sip, &to, multicast->port, &here);
	if (r < 0)
		return r;
	hex_encode(tag, (const uint8_t *)&key, sizeof(key));
	sip_subscribe_answer(subscribe, &here, tag, text);
	r = sip_udp_send(multicast->udp, &to, text->data, text->len);
	if (r < 0 || is_again(multicast, key))
		return r;
	counter_add(M_SIP_MULTICAST, 1);
	return notify(multicast, config, subscribe, &here, &to, tag, url);
}

static int take(struct multicast *multicast, const struct config *config, const void *data,
		size_t len, const struct net_address *sender)
{
	CLEANUP(mem_freep) void *mem = mem_root("multicast");
	struct sip_subscribe subscribe;
	osip_event_t *event;
	char *url = NULL;
	int r = sip_message_read(data, len, &event);

	if (r < 0)
		return r;
	r = EVT_IS_INCOMINGREQ(event) ? sip_subscribe_read(mem, event->sip, sender, &subscribe)
				      : -E_BAD_REQUEST;
	osip_event_free(event);
	if (r < 0)
		return r;
	if (!has_room(multicast, config) || sip_stack_under_way(multicast->stack) > UNDER_WAY_MAX)
		return -E_TOO_MANY;
	r = url_of(mem, config, subscribe.mac, &url);
	if (r <= 0)
		return r < 0 ? r : -E_MAC_UNKNOWN;
	return answer(multicast, config, &subscribe, sender, url);
}

void multicast_packet(struct multicast *multicast, const struct config *config, const void *data,
		      size_t len, const struct net_address *sender)
{
	char address[NET_TEXT_MAX];
	int r = take(multicast, config, data, len, sender);

	if (r == 0)
		return;
	counter_add(M_SIP_DROPPED, 1);
	net_address_text(sender, address);
	log_debug("a SIP message to the multicast group was not answered",
		  LOG_S("address", address), LOG_E(r));
}
