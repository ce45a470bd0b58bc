/* SPDX-License-Identifier: MIT */
#include "sim/link.h"

#include <assert.h>
#include <curl/curl.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "sim/loop.h"

enum { KEPT_MAX = 1 << 20, SLOW_BYTES_PER_S = 20000 };

struct sim_link {
	struct sim_loop *loop;
	CURLM *multi; /* NULL: no connection is open */
	CURL *easy;
	int64_t due;
	void *request; /* hangs together with one request */
	struct curl_slist *headers;
	struct sim_heard heard;
	struct buf *body;
	crypto_hash_sha256_state hash;
	char error[CURL_ERROR_SIZE];
	sim_heard_fn *done; /* NULL: nothing is asked */
	void *arg;
};

void sim_link_close(struct sim_link *link)
{
	if (link->easy) {
		if (link->multi)
			curl_multi_remove_handle(link->multi, link->easy);
		curl_easy_cleanup(link->easy);
	}
	if (link->multi)
		curl_multi_cleanup(link->multi);
	curl_slist_free_all(link->headers);
	mem_free(link->request);
	link->headers = NULL;
	link->easy = NULL;
	link->multi = NULL;
	link->request = NULL;
	link->done = NULL;
	link->due = -1;
}

static int link_free(struct sim_link *link)
{
	sim_link_close(link);
	return 0;
}

struct sim_link *sim_link_new(void *mem, struct sim_loop *loop)
{
	struct sim_link *link = mem_new(mem, struct sim_link);

	link->loop = loop;
	link->due = -1;
	talloc_set_destructor(link, link_free);
	return link;
}

/* The request is over: the link is free for another before it is told. */
static void finished(struct sim_link *link, CURLcode code)
{
	CLEANUP(mem_freep) void *request = link->request;
	struct sim_heard heard = link->heard;
	sim_heard_fn *done = link->done;
	unsigned char hash[crypto_hash_sha256_BYTES];

	heard.body = link->body;
	curl_easy_getinfo(link->easy, CURLINFO_RESPONSE_CODE, &heard.status);
	crypto_hash_sha256_final(&link->hash, hash);
	hex_encode(heard.sha256, hash, sizeof(hash));
	if (code != CURLE_OK)
		heard.error = mem_strdup(request,
					 link->error[0] ? link->error : curl_easy_strerror(code));
	curl_multi_remove_handle(link->multi, link->easy);
	curl_slist_free_all(link->headers);
	link->headers = NULL;
	link->request = NULL;
	link->done = NULL;
	done(link->arg, &heard);
}

static void look(struct sim_link *link)
{
	struct CURLMsg *message;
	int left;

	while (link->multi && (message = curl_multi_info_read(link->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE)
			finished(link, message->data.result);
}

static void ready(void *arg, int fd, uint32_t events)
{
	struct sim_link *link = arg;
	int running;
	int what = 0;

	if (events & EPOLLIN)
		what |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		what |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		what |= CURL_CSELECT_ERR;
	curl_multi_socket_action(link->multi, fd, what, &running);
	look(link);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct sim_link *link = arg;
	uint32_t events = 0;

	(void)easy, (void)socket_arg;
	if (what & CURL_POLL_IN)
		events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		events |= EPOLLOUT;
	if (what == CURL_POLL_REMOVE)
		sim_loop_unwatch(link->loop, fd);
	else
		sim_loop_watch(link->loop, fd, events, ready, link);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct sim_link *link = arg;

	(void)multi;
	link->due = timeout_ms < 0 ? -1 : clock_monotonic_ms() + timeout_ms;
	return 0;
}

int64_t sim_link_due(const struct sim_link *link)
{
	return link->due;
}

void sim_link_turn(struct sim_link *link)
{
	int running;

	link->due = -1;
	if (!link->multi)
		return;
	curl_multi_socket_action(link->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look(link);
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct sim_link *link = arg;
	size_t len = size * count;
	size_t room = KEPT_MAX - link->body->len;

	buf_add(link->body, data, len < room ? len : room);
	crypto_hash_sha256_update(&link->hash, (const unsigned char *)data, len);
	link->heard.len += (int64_t)len;
	return len;
}

/* The value of the header if it is this one; NULL when it is not. */
static char *header_value(void *mem, const char *data, size_t len, const char *name)
{
	size_t name_len = strlen(name);
	char *value;

	if (len <= name_len || data[name_len] != ':' || strncasecmp(data, name, name_len) != 0)
		return NULL;
	value = mem_strndup(mem, data + name_len + 1, len - name_len - 1);
	value[strcspn(value, "\r\n")] = '\0';
	return value + strspn(value, " \t");
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct sim_link *link = arg;
	struct sim_heard *heard = &link->heard;
	size_t len = size * count;
	uint64_t number;
	const char *value;

	value = header_value(link->request, data, len, "Set-Cookie");
	if (value) {
		heard->set_cookie = value;
		heard->set_cookies++;
	}
	value = header_value(link->request, data, len, "Content-Type");
	if (value)
		heard->content_type = value;
	if (header_value(link->request, data, len, "Transfer-Encoding"))
		heard->is_chunked = true;
	value = header_value(link->request, data, len, "Content-Length");
	if (value && text_to_uint(value, INT64_MAX, &number))
		heard->announced = (int64_t)number;
	return len;
}

/* The certificate that it was given, and what it is to trust. */
static void secure(struct sim_link *link, const struct sim_link_settings *settings)
{
	size_t room = strlen(settings->p12);
	unsigned char *p12 = mem_alloc(link->request, room + 1);
	size_t len = 0;
	struct curl_blob blob;

	if (sodium_base642bin(p12, room, settings->p12, room, " \r\n\t", &len, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		len = 0;
	blob = (struct curl_blob){p12, len, CURL_BLOB_COPY};
	curl_easy_setopt(link->easy, CURLOPT_SSLCERT_BLOB, &blob);
	curl_easy_setopt(link->easy, CURLOPT_SSLCERTTYPE, "P12");
	curl_easy_setopt(link->easy, CURLOPT_KEYPASSWD, "");
	blob = (struct curl_blob){settings->server_ca->data, settings->server_ca->len,
				  CURL_BLOB_COPY};
	curl_easy_setopt(link->easy, CURLOPT_CAINFO_BLOB, &blob);
	curl_easy_setopt(link->easy, CURLOPT_SSL_VERIFYPEER, 1L);
}

static void tls(struct sim_link *link, const struct sim_link_settings *settings)
{
	CURL *easy = link->easy;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	/* the system's list of authorities takes longer to read than a handshake */
	curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	if (settings->p12)
		secure(link, settings);
	if (!settings->old_tls)
		return;
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_0 | (long)CURL_SSLVERSION_MAX_TLSv1_0);
	curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST, "AES128-SHA:AES256-SHA:@SECLEVEL=0");
}

static void post(struct sim_link *link, const struct buf *message, const char *cookie, bool closes)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: text/xml");

	headers = curl_slist_append(headers, "Expect:");
	headers = curl_slist_append(headers, "Accept:");
	if (cookie)
		headers =
			curl_slist_append(headers, mem_printf(link->request, "Cookie: %s", cookie));
	if (closes)
		headers = curl_slist_append(headers, "Connection: close");
	link->headers = headers;
	curl_easy_setopt(link->easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(link->easy, CURLOPT_FORBID_REUSE, (long)closes);
	curl_easy_setopt(link->easy, CURLOPT_POSTFIELDSIZE, (long)message->len);
	curl_easy_setopt(link->easy, CURLOPT_COPYPOSTFIELDS, message->data);
}

static void request_begin(struct sim_link *link)
{
	if (!link->multi) {
		link->multi = curl_multi_init();
		curl_multi_setopt(link->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
		curl_multi_setopt(link->multi, CURLMOPT_SOCKETDATA, link);
		curl_multi_setopt(link->multi, CURLMOPT_TIMERFUNCTION, on_timer);
		curl_multi_setopt(link->multi, CURLMOPT_TIMERDATA, link);
	}
	if (!link->easy)
		link->easy = curl_easy_init();
	curl_easy_reset(link->easy);
	link->request = mem_root("request");
	link->body = buf_new(link->request);
	link->heard = (struct sim_heard){.announced = -1};
	link->error[0] = '\0';
	crypto_hash_sha256_init(&link->hash);
}

void sim_link_ask(struct sim_link *link, const struct sim_link_settings *settings, const char *url,
		  const struct buf *message, const char *cookie, bool closes, sim_heard_fn *done,
		  void *arg)
{
	assert(!link->done);
	request_begin(link);
	link->done = done;
	link->arg = arg;
	curl_easy_setopt(link->easy, CURLOPT_URL, url);
	curl_easy_setopt(link->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(link->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(link->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(link->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(link->easy, CURLOPT_TIMEOUT, (long)settings->timeout_s);
	curl_easy_setopt(link->easy, CURLOPT_ERRORBUFFER, link->error);
	curl_easy_setopt(link->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(link->easy, CURLOPT_WRITEDATA, link);
	curl_easy_setopt(link->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(link->easy, CURLOPT_HEADERDATA, link);
	if (settings->source)
		curl_easy_setopt(link->easy, CURLOPT_INTERFACE, settings->source);
	if (settings->is_slow)
		curl_easy_setopt(link->easy, CURLOPT_MAX_SEND_SPEED_LARGE,
				 (curl_off_t)SLOW_BYTES_PER_S);
	tls(link, settings);
	if (message)
		post(link, message, cookie, closes);
	curl_multi_add_handle(link->multi, link->easy);
}
