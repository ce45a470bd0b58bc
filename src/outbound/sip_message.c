/* SPDX-License-Identifier: MIT */
#include "sip_message.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/version.h"
#include "sip_screen.h"
#include "store/mac.h"

/* Proxies that a question may have come through: all are in the answer. */
enum { VIAS_MAX = 8 };

static void say_nothing(const char *file, int line, osip_trace_level_t level, const char *format,
			va_list args)
{
	(void)file;
	(void)line;
	(void)level;
	(void)format;
	(void)args;
}

void sip_message_setup(void)
{
	osip_trace_initialize_func(TRACE_LEVEL0, say_nothing);
	parser_init();
}

void sip_token(char out[SIP_TOKEN_LEN + 1])
{
	uint8_t bytes[SIP_TOKEN_LEN / 2];

	randombytes_buf(bytes, sizeof(bytes));
	hex_encode(out, bytes, sizeof(bytes));
}

static void contact_write(const struct sip_place *here, struct buf *out)
{
	buf_printf(out, "Contact: <sip:gigaprovd@%s:%u%s>\r\n", here->host, here->port,
		   here->tcp ? ";transport=tcp" : "");
}

void sip_notify_write(const struct sip_notify *notify, struct buf *out)
{
	const struct sip_place *here = &notify->here;

	buf_printf(out, "NOTIFY %s SIP/2.0\r\n", notify->uri);
	buf_printf(out, "Via: SIP/2.0/%s %s:%u;branch=z9hG4bK%s;rport\r\n",
		   here->tcp ? "TCP" : "UDP", here->host, here->port, notify->branch);
	buf_printf(out, "Max-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\n", notify->from,
		   notify->to, notify->call_id);
	buf_printf(out, "CSeq: %u NOTIFY\r\n", notify->cseq);
	contact_write(here, out);
	buf_printf(out, "Event: %s\r\nSubscription-State: terminated;reason=%s\r\n", notify->event,
		   notify->body ? "timeout" : "noresource");
	if (notify->credentials)
		buf_printf(out, "%s: %s\r\n", notify->credentials_name, notify->credentials);
	buf_printf(out, "User-Agent: gigaprovd/%s\r\n", GIGAPROV_VERSION);
	if (notify->body)
		buf_adds(out, "Content-Type: application/url\r\n");
	buf_printf(out, "Content-Length: %zu\r\n\r\n", notify->body ? strlen(notify->body) : 0);
	if (notify->body)
		buf_adds(out, notify->body);
}

int sip_message_read(const void *data, size_t len, osip_event_t **ret)
{
	CLEANUP(mem_freep) struct buf *screened = buf_new(NULL);
	const osip_message_t *message;
	osip_event_t *event;
	int r = sip_screen(data, len, screened);

	if (r < 0)
		return r;
	event = osip_parse(screened->data, screened->len);
	if (!event)
		return -E_BAD_REQUEST;
	message = event->sip;
	if (!message || !message->call_id || !message->call_id->number || !message->cseq ||
	    !message->cseq->number || !message->cseq->method || !message->from || !message->to ||
	    osip_list_size(&message->vias) == 0) {
		osip_event_free(event);
		return -E_BAD_REQUEST;
	}
	*ret = event;
	return 0;
}

/* What osip has written, as ours. */
static char *taken(void *mem, char *text)
{
	char *copy = text ? mem_strdup(mem, text) : NULL;

	osip_free(text);
	return copy;
}

/* MAC%3A7C2F8030D21E, or MAC:7C2F8030D21E, which reads like a user with a password. */
static int mac_read(const osip_uri_t *uri, int64_t *ret)
{
	const char *user = uri ? uri->username : NULL;

	if (!user || strncasecmp(user, "MAC", 3) != 0)
		return -E_MAC_MALFORMED;
	user += 3;
	if (!*user && uri->password)
		return mac_parse(uri->password, ret);
	if (*user == ':')
		user++;
	else if (strncasecmp(user, "%3A", 3) == 0)
		user += 3;
	else
		return -E_MAC_MALFORMED;
	return mac_parse(user, ret);
}

static int vias_read(void *mem, const osip_message_t *message, const struct net_address *sender,
		     struct sip_subscribe *ret)
{
	struct buf *out = buf_new(mem);
	osip_generic_param_t *rport = NULL;
	char address[NET_TEXT_MAX];
	osip_via_t *via = osip_list_get(&message->vias, 0);
	uint64_t port = 5060;
	char *text;

	if (osip_list_size(&message->vias) > VIAS_MAX)
		return -E_TOO_LARGE;
	if (!via || !via->host || !via->protocol || strcasecmp(via->protocol, "UDP") != 0)
		return -E_BAD_REQUEST;
	if (via->port && (!text_to_uint(via->port, 65535, &port) || port == 0))
		return -E_BAD_REQUEST;
	net_address_text(sender, address);
	osip_via_param_get_byname(via, (char *)"rport", &rport);
	if (rport) {
		port = sender->port;
		osip_free(rport->gvalue);
		rport->gvalue = osip_strdup(mem_printf(mem, "%u", sender->port));
	}
	for (int i = 0; (via = osip_list_get(&message->vias, i)); i++) {
		if (osip_via_to_str(via, &text) != 0)
			return -E_BAD_REQUEST;
		buf_printf(out, "Via: %s", taken(mem, text));
		if (i == 0)
			buf_printf(out, ";received=%s", address);
		buf_adds(out, "\r\n");
	}
	ret->vias = out->data;
	ret->port = (unsigned)port;
	return 0;
}

static int names_read(void *mem, const osip_message_t *message, struct sip_subscribe *ret)
{
	osip_header_t *event = NULL;
	osip_contact_t *contact = osip_list_get(&message->contacts, 0);
	char *text = NULL;

	osip_message_header_get_byname(message, "event", 0, &event);
	if (!event || !event->hvalue || strncasecmp(event->hvalue, "ua-profile", 10) != 0 ||
	    (event->hvalue[10] && !strchr("; \t", event->hvalue[10])))
		return -E_BAD_REQUEST;
	ret->event = mem_strdup(mem, event->hvalue);
	if (osip_from_to_str(message->from, &text) != 0)
		return -E_BAD_REQUEST;
	ret->from = taken(mem, text);
	text = NULL;
	if (osip_to_to_str(message->to, &text) != 0)
		return -E_BAD_REQUEST;
	ret->to = taken(mem, text);
	text = NULL;
	if (osip_call_id_to_str(message->call_id, &text) != 0)
		return -E_BAD_REQUEST;
	ret->call_id = taken(mem, text);
	ret->cseq = mem_printf(mem, "%s SUBSCRIBE", message->cseq->number);
	text = NULL;
	if (contact && contact->url && osip_uri_to_str(contact->url, &text) == 0)
		ret->contact = taken(mem, text);
	return 0;
}

int sip_subscribe_read(void *mem, const osip_message_t *message, const struct net_address *sender,
		       struct sip_subscribe *ret)
{
	osip_generic_param_t *tag = NULL;
	int r;

	*ret = (struct sip_subscribe){0};
	if (!MSG_IS_REQUEST(message) || strcmp(message->sip_method, "SUBSCRIBE") != 0 ||
	    strcmp(message->cseq->method, "SUBSCRIBE") != 0)
		return -E_BAD_REQUEST;
	/* One with a tag goes on with something, and nothing was begun here. */
	osip_generic_param_get_byname(&message->to->gen_params, (char *)"tag", &tag);
	if (tag)
		return -E_BAD_REQUEST;
	r = mac_read(message->req_uri, &ret->mac);
	if (r == 0)
		r = vias_read(mem, message, sender, ret);
	return r < 0 ? r : names_read(mem, message, ret);
}

void sip_subscribe_answer(const struct sip_subscribe *subscribe, const struct sip_place *here,
			  const char *tag, struct buf *out)
{
	buf_printf(out, "SIP/2.0 200 OK\r\n%sFrom: %s\r\nTo: %s;tag=%s\r\n", subscribe->vias,
		   subscribe->from, subscribe->to, tag);
	buf_printf(out, "Call-ID: %s\r\nCSeq: %s\r\n", subscribe->call_id, subscribe->cseq);
	contact_write(here, out);
	buf_adds(out, "Expires: 0\r\nContent-Length: 0\r\n\r\n");
}
