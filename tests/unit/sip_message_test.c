/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fleet/notify.h"
#include "outbound/sip_digest.h"
#include "outbound/sip_message.h"
#include "outbound/sip_screen.h"

static int setup(void **state)
{
	(void)state;
	sip_message_setup();
	return 0;
}

static int screened(const char *text, const char **ret)
{
	static struct buf *out;

	mem_free(out);
	out = buf_new(NULL);
	*ret = "";
	if (sip_screen(text, strlen(text), out) < 0)
		return -1;
	*ret = out->data;
	return 0;
}

static void only_what_is_used_reaches_the_parser(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(
		screened("\r\nSIP/2.0 200 OK\r\nv : a\r\nX-Other: b\r\n c\r\nTO: d\r\n\te\r\n"
			 "Content-Length: 9\r\nContent-Type: multipart/mixed\r\n\r\nbody",
			 &text),
		0);
	assert_string_equal(text, "SIP/2.0 200 OK\r\nVia: a\r\nTo: d\te\r\n\r\n");
	assert_int_equal(screened("SUBSCRIBE x SIP/2.0\nVia: a", &text), 0);
	assert_string_equal(text, "SUBSCRIBE x SIP/2.0\r\nVia: a\r\n\r\n");
}

static void what_is_no_message_is_not_parsed(void **state)
{
	static const char *const wrong[] = {
		"",
		"\r\n\r\n",
		"INVITE x SIP/2.0\r\n\r\n",
		"SIP/2.0 200 OK\r\n folded: from nothing\r\n\r\n",
		"SIP/2.0 200 OK\r\nno colon\r\n\r\n",
		"SIP/2.0 200 OK\r\n: no name\r\n\r\n",
		"SIP/2.0 200 OK\r\nVia: a\x01\r\n\r\n",
		"SIP/2.0 200 O\rK\r\n\r\n",
	};
	char many[4096] = "SIP/2.0 200 OK\r\n";
	char large[2 * SIP_MESSAGE_MAX];
	const char *text;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(screened(wrong[i], &text), -1);
	for (int i = 0; i <= SIP_HEADERS_MAX; i++)
		strcat(many, "A: b\r\n");
	assert_int_equal(screened(many, &text), -1);
	memset(large, 'a', sizeof(large));
	memcpy(large, "SIP/2.0 200 ", 12);
	large[SIP_LINE_MAX + 1] = '\0';
	assert_int_equal(screened(large, &text), -1);
	large[SIP_LINE_MAX + 1] = 'a';
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(screened(large, &text), -1);
}

static void a_notify_is_what_libosip2_reads(void **state)
{
	void *mem = mem_root("test");
	struct buf *out = buf_new(mem);
	struct sip_notify notify = {
		.here = {"192.0.2.9", 5070, true},
		.uri = "sip:1011@192.0.2.5:5060",
		.to = "<sip:1011@192.0.2.5:5060>",
		.from = "<sip:gigaprovd@192.0.2.9>;tag=f",
		.call_id = "c",
		.branch = "b",
		.cseq = 7,
		.event = "check-sync;reboot=false",
		.body = "http://x/",
	};
	osip_message_t *message;
	osip_via_t *via;

	(void)state;
	sip_notify_write(&notify, out);
	assert_int_equal(osip_message_init(&message), 0);
	assert_int_equal(osip_message_parse(message, out->data, out->len), 0);
	via = osip_list_get(&message->vias, 0);
	assert_string_equal(via->protocol, "TCP");
	assert_string_equal(via->port, "5070");
	assert_string_equal(message->sip_method, "NOTIFY");
	assert_string_equal(message->cseq->number, "7");
	assert_string_equal(message->content_length->value, "9");
	assert_non_null(strstr(out->data, "\r\nEvent: check-sync;reboot=false\r\n"));
	assert_non_null(strstr(out->data, "\r\nContent-Type: application/url\r\n"));
	osip_message_free(message);
	mem_free(mem);
}

static int subscribe_of(void *mem, const char *via, const char *uri, struct sip_subscribe *ret)
{
	const struct net_address sender = {.bytes = {192, 0, 2, 5}, .len = 4, .port = 40000};
	const char *text =
		mem_printf(mem,
			   "SUBSCRIBE %s SIP/2.0\r\nVia: %s\r\nFrom: <sip:here>;tag=1\r\n"
			   "To: <sip:there>\r\nCall-ID: c\r\nCSeq: 3 SUBSCRIBE\r\n"
			   "Event: ua-profile;x=y\r\n\r\n",
			   uri, via);
	osip_event_t *event;
	int r = sip_message_read(text, strlen(text), &event);

	if (r < 0)
		return r;
	r = sip_subscribe_read(mem, event->sip, &sender, ret);
	osip_event_free(event);
	return r;
}

static void the_answer_goes_where_the_question_came_from(void **state)
{
	static const char uri[] = "sip:MAC%3A7C2F8030D21E@local";
	void *mem = mem_root("test");
	struct sip_subscribe subscribe;

	(void)state;
	assert_int_equal(subscribe_of(mem, "SIP/2.0/UDP 10.0.0.1;branch=z;rport", uri, &subscribe),
			 0);
	assert_int_equal(subscribe.port, 40000);
	assert_int_equal(subscribe.mac, 0x7C2F8030D21E);
	assert_non_null(strstr(subscribe.vias, ";rport=40000"));
	assert_non_null(strstr(subscribe.vias, ";received=192.0.2.5\r\n"));
	assert_int_equal(subscribe_of(mem, "SIP/2.0/UDP 10.0.0.1:5062;branch=z", uri, &subscribe),
			 0);
	assert_int_equal(subscribe.port, 5062);
	assert_int_equal(subscribe_of(mem, "SIP/2.0/UDP 10.0.0.1;branch=z", uri, &subscribe), 0);
	assert_int_equal(subscribe.port, 5060);
	assert_true(subscribe_of(mem, "SIP/2.0/UDP 10.0.0.1:0;branch=z", uri, &subscribe) < 0);
	assert_true(subscribe_of(mem, "SIP/2.0/UDP 10.0.0.1:70000;branch=z", uri, &subscribe) < 0);
	assert_int_equal(
		subscribe_of(mem, "SIP/2.0/UDP there", "sip:MAX%3A7C2F8030D21E@l", &subscribe),
		-E_MAC_MALFORMED);
	assert_int_equal(subscribe_of(mem, "SIP/2.0/UDP there", "sip:local", &subscribe),
			 -E_MAC_MALFORMED);
	mem_free(mem);
}

/* RFC 2617, 3.5, with the method and the hash that the example has. */
static void a_challenge_is_answered_as_in_the_rfc(void **state)
{
	static const char text[] =
		"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP here\r\nFrom: <sip:here>;tag=1\r\n"
		"To: <sip:there>\r\nCall-ID: c\r\nCSeq: 3 NOTIFY\r\n"
		"WWW-Authenticate: Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
		"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"\r\n\r\n";
	void *mem = mem_root("test");
	struct sip_login login = {"Mufasa", secret_new(mem, "Circle Of Life"), "GET",
				  "/dir/index.html", "0a4f113b"};
	osip_event_t *event;
	const char *name;
	bool is_stale = false;
	char *value;

	(void)state;
	assert_int_equal(sip_message_read(text, sizeof(text) - 1, &event), 0);
	assert_int_equal(sip_login_answer(mem, event->sip, &login, &name, &value, &is_stale), 1);
	osip_event_free(event);
	assert_string_equal(name, "Authorization");
	assert_non_null(strstr(value, "response=\"6629fae49393a05397450978507c4ef1\""));
	assert_non_null(strstr(value, "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""));
	assert_false(is_stale);
	mem_free(mem);
}

static void a_challenge_of_another_kind_is_not_answered(void **state)
{
	static const char *const challenges[] = {
		"Basic realm=\"x\"",
		"Digest realm=\"x\", nonce=\"y\", algorithm=MD5-sess",
		"Digest realm=\"x\", nonce=\"y\", qop=\"auth-conf\"",
		"Digest nonce=\"y\"",
		"Digest realm=\"x\"",
	};
	void *mem = mem_root("test");
	struct sip_login login = {"u", secret_new(mem, "p"), "NOTIFY", "sip:x", "c"};
	osip_event_t *event;
	const char *name;
	bool is_stale;
	char *value;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(challenges); i++) {
		const char *text = mem_printf(
			mem,
			"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP here\r\nFrom: "
			"<sip:here>;tag=1\r\n"
			"To: <sip:there>\r\nCall-ID: c\r\nCSeq: 3 NOTIFY\r\nWWW-Authenticate: "
			"%s\r\n\r\n",
			challenges[i]);

		if (sip_message_read(text, strlen(text), &event) < 0)
			continue; /* libosip2 does not take it */
		assert_int_equal(
			sip_login_answer(mem, event->sip, &login, &name, &value, &is_stale), 0);
		osip_event_free(event);
	}
	mem_free(mem);
}

static void a_uri_is_taken_apart(void **state)
{
	void *mem = mem_root("test");
	struct notify_uri uri;

	(void)state;
	assert_int_equal(
		notify_uri_parse(mem, "sip:1011@192.0.2.5:5062;transport=TCP;x=y", &uri, NULL), 0);
	assert_string_equal(uri.user, "1011");
	assert_string_equal(uri.host, "192.0.2.5");
	assert_int_equal(uri.port, 5062);
	assert_true(uri.has_transport && uri.tcp);
	assert_int_equal(notify_uri_parse(mem, "SIP:[2001:db8::1]", &uri, NULL), 0);
	assert_null(uri.user);
	assert_string_equal(uri.host, "2001:db8::1");
	assert_int_equal(uri.port, 0);
	assert_false(uri.has_transport);
	assert_int_equal(notify_uri_parse(mem, "sip:@host", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sip:[192.0.2.5]", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sip:[2001:db8::1", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sip:a\r\nb", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sip:host:0", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sip:", &uri, NULL), -E_NOTIFY_URI);
	assert_int_equal(notify_uri_parse(mem, "sips:host", &uri, NULL), -E_NOTIFY_URI);
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_used_reaches_the_parser),
		cmocka_unit_test(what_is_no_message_is_not_parsed),
		cmocka_unit_test(a_notify_is_what_libosip2_reads),
		cmocka_unit_test(the_answer_goes_where_the_question_came_from),
		cmocka_unit_test(a_challenge_is_answered_as_in_the_rfc),
		cmocka_unit_test(a_challenge_of_another_kind_is_not_answered),
		cmocka_unit_test(a_uri_is_taken_apart),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
