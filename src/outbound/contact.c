/* SPDX-License-Identifier: MIT */
#include "contact.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/net.h"
#include "config/config.h"
#include "easy.h"
#include "fleet/fleet.h"
#include "fleet/notify.h"
#include "fleet/wpi_file.h"
#include "store/wpi_order.h"
#include "store/wpi_phone.h"

enum { NO_CONTENT = 204, QUEUE_MAX = 20000 };

struct contact {
	struct contact *next;
	struct notify_contact ask;
	const struct config *config; /* pinned, from its begin on */
	CURL *easy;
	struct curl_slist *headers;
	char words[CURL_ERROR_SIZE];
};

static struct {
	CURLM *multi;
	void (*wake)(void);
	pthread_mutex_t lock;
	struct contact *inbox;
	struct contact **inbox_end;
	size_t waiting;
	bool is_stopping;
	struct contact *under_way; /* the thread's own */
} contacts = {.lock = PTHREAD_MUTEX_INITIALIZER, .inbox_end = &contacts.inbox};

static int contact_begin(const struct notify_contact *ask)
{
	struct contact *contact = mem_new(NULL, struct contact);
	int r = 0;

	contact->ask = *ask;
	contact->ask.address = ask->address ? mem_strdup(contact, ask->address) : NULL;
	pthread_mutex_lock(&contacts.lock);
	if (contacts.is_stopping) {
		r = -E_STOPPING;
	} else if (contacts.waiting >= QUEUE_MAX) {
		r = -E_BUSY;
	} else {
		*contacts.inbox_end = contact;
		contacts.inbox_end = &contact->next;
		contacts.waiting++;
	}
	pthread_mutex_unlock(&contacts.lock);
	if (r < 0)
		mem_free(contact);
	else
		contacts.wake();
	return r;
}

static void contact_free(struct contact *contact)
{
	if (contact->easy) {
		curl_multi_remove_handle(contacts.multi, contact->easy);
		curl_easy_cleanup(contact->easy);
	}
	curl_slist_free_all(contact->headers);
	if (contact->config)
		config_release(contact->config);
	mem_free(contact);
}

static void end(struct contact *contact, enum notify_outcome outcome, int status, const char *words)
{
	contact->ask.told(contact->ask.arg, outcome, status, words);
	contact_free(contact);
}

/* Where we are, seen from there: what a datagram would leave from. */
static bool own_address(const struct net_address *to, unsigned port, char out[NET_TEXT_MAX])
{
	struct sockaddr_storage sa = {0};
	socklen_t len = net_address_to(to, (uint16_t)port, &sa);
	int fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct net_address own = {0};
	bool good = fd >= 0 && connect(fd, (const struct sockaddr *)&sa, len) == 0;

	len = sizeof(sa);
	good = good && getsockname(fd, (struct sockaddr *)&sa, &len) == 0;
	if (fd >= 0)
		close(fd);
	if (!good)
		return false;
	net_address_from((const struct sockaddr *)&sa, &own);
	net_address_text(&own, out);
	return own.len > 0;
}

/* host, without brackets, and port of a URL that a phone has told; false: it is none for us. */
static bool uri_parse(const char *uri, char **ret_host, unsigned *ret_port)
{
	CURLU *parsed = curl_url();
	char *parts[4] = {NULL};
	bool good =
		uri && curl_url_set(parsed, CURLUPART_URL, uri, 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_SCHEME, &parts[0], 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_HOST, &parts[1], 0) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_PORT, &parts[2], CURLU_DEFAULT_PORT) == CURLUE_OK &&
		curl_url_get(parsed, CURLUPART_USER, &parts[3], 0) == CURLUE_NO_USER &&
		(strcmp(parts[0], "http") == 0 || strcmp(parts[0], "https") == 0);

	if (good) {
		char *host = *parts[1] == '[' ? parts[1] + 1 : parts[1];

		host[strcspn(host, "]")] = '\0';
		*ret_host = mem_strdup(NULL, host);
		*ret_port = (unsigned)strtoul(parts[2], NULL, 10);
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		curl_free(parts[i]);
	curl_url_cleanup(parsed);
	return good;
}

struct place {
	const char *url;
	struct net_address address; /* len 0: a name, which may be anywhere */
	unsigned port;
};

/* Where it says it is, if that is where it was; else the port that all of them have there. */
static int place_of(void *mem, const struct contact *contact, const struct wpi_phone *phone,
		    struct place *ret, const char **words)
{
	const char *address = phone && phone->address ? phone->address : contact->ask.address;
	const char *uri = phone ? phone->contact_me_uri : NULL;
	CLEANUP(mem_freep) char *host = NULL;
	struct net_address was = {0}, says = {0};
	bool is_known = address && net_address_parse(address, &was);
	bool is_said = uri_parse(uri, &host, &ret->port);
	bool is_there = is_said && net_address_parse(host, &says) && is_known &&
			net_address_is_same(&was, &says);

	if (is_there || (is_said && contact->config->wpi.contact_elsewhere)) {
		ret->url = uri;
		ret->address = says;
		return 0;
	}
	if (!is_known) {
		*words = "it has never called, so nobody knows where it is";
		return -E_NOTIFY_NOWHERE;
	}
	if (is_said)
		log_info("a desk phone says that it is elsewhere; it is called where it was",
			 LOG_S("address", address), LOG_S("says", host));
	ret->address = was;
	ret->port = 8085;
	ret->url = mem_printf(mem, "http://%s%s%s:8085/contact_dls.html/ContactDLS",
			      was.len == 16 ? "[" : "", address, was.len == 16 ? "]" : "");
	return 0;
}

static unsigned listener_port(const struct config *config)
{
	for (size_t i = 0; i < config->listener_count; i++)
		if (config->listeners[i].planes & PLANE_WPI && config->listeners[i].tls_cert)
			return config->listeners[i].port;
	return 0;
}

/* Without these two the phone calls the server that it is set to. */
static char *body_of(void *mem, const struct contact *contact, const struct place *place,
		     const char *origin)
{
	unsigned port = origin ? wpi_file_origin_port(origin) : listener_port(contact->config);
	char own[NET_TEXT_MAX];

	if (port == 0 || place->address.len == 0 || !own_address(&place->address, place->port, own))
		return mem_strdup(mem, "ContactMe=true");
	return mem_printf(mem, "ContactMe=true&dls_ip_addr=%s&dls_ip_port=%u", own, port);
}

static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static void options_set(struct contact *contact, const char *url, const char *body)
{
	CURL *easy = contact->easy;

	contact->headers = curl_slist_append(
		NULL, "Content-Type: application/x-www-form-urlencoded; charset=utf-8");
	contact->headers = curl_slist_append(contact->headers, "Connection: close");
	contact->headers = curl_slist_append(contact->headers, "Expect:");
	easy_setup(easy, url);
	easy_go_straight(easy);
	/* Phones sign their certificates themselves, and nothing that is sent is secret. */
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)contact->config->wpi.contact_seconds);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, contact->headers);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, contact->words);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, contact);
}

static int start(struct contact *contact, const char **words)
{
	CLEANUP(mem_freep) void *mem = mem_root("contact");
	struct wpi_phone *phone = NULL;
	struct place place = {0};
	char *origin = NULL;
	struct db *db;
	int r = fleet_reader(&db);

	contact->config = config_pin();
	if (r == 0)
		r = wpi_phone_find(mem, db, contact->ask.mac, &phone);
	if (r >= 0)
		r = wpi_origin_find(mem, db, contact->ask.mac, &origin);
	if (r >= 0)
		r = place_of(mem, contact, phone, &place, words);
	if (r < 0)
		return r;
	contact->easy = curl_easy_init();
	options_set(contact, place.url, body_of(mem, contact, &place, origin));
	curl_multi_add_handle(contacts.multi, contact->easy);
	return 0;
}

static void begin(struct contact *contact)
{
	const char *words = NULL;
	int r = start(contact, &words);

	if (r < 0) {
		end(contact, NOTIFY_FAILED, 0, words ? words : error_text(r));
		return;
	}
	contact->next = contacts.under_way;
	contacts.under_way = contact;
}

static struct contact *inbox_take(bool is_stopping)
{
	struct contact *list;

	pthread_mutex_lock(&contacts.lock);
	contacts.is_stopping = contacts.is_stopping || is_stopping;
	list = contacts.inbox;
	contacts.inbox = NULL;
	contacts.inbox_end = &contacts.inbox;
	contacts.waiting = 0;
	pthread_mutex_unlock(&contacts.lock);
	return list;
}

void contact_look(bool is_stopping)
{
	struct contact *list = inbox_take(is_stopping);

	for (struct contact *next; list; list = next) {
		next = list->next;
		if (is_stopping)
			end(list, NOTIFY_FAILED, 0, error_text(-E_STOPPING));
		else
			begin(list);
	}
}

bool contact_is_under_way(void)
{
	return contacts.under_way != NULL;
}

bool contact_advance(CURL *easy, CURLcode code)
{
	struct contact **at = &contacts.under_way;
	struct contact *contact;
	long status = 0;

	while (*at && (*at)->easy != easy)
		at = &(*at)->next;
	contact = *at;
	if (!contact)
		return false;
	*at = contact->next;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		end(contact, NOTIFY_NO_ANSWER, 0,
		    *contact->words ? contact->words : curl_easy_strerror(code));
	else if (status == NO_CONTENT)
		end(contact, NOTIFY_ACCEPTED, NO_CONTENT, NULL);
	else
		end(contact, NOTIFY_REFUSED, (int)status, "it does not take contact-me");
	return true;
}

void contact_setup(CURLM *multi, void (*wake)(void))
{
	contacts.multi = multi;
	contacts.wake = wake;
	contacts.is_stopping = false;
	notify_contact_setup(contact_begin);
}

void contact_done(void)
{
	struct contact *list = inbox_take(true);

	notify_contact_setup(NULL);
	for (struct contact *next; list; list = next) {
		next = list->next;
		contact_free(list);
	}
	while (contacts.under_way) {
		struct contact *contact = contacts.under_way;

		contacts.under_way = contact->next;
		contact_free(contact);
	}
}
