/* SPDX-License-Identifier: MIT */
/*
 * Whom a server may make us talk to: the host that was asked for, which the
 * ini must list, at an address that is not inside our own networks unless the
 * ini says private: of it.  The address is looked at where the socket is made,
 * after names have been looked up, so that no answer of a name server gets
 * around it; for the same reason connections are neither shared nor proxied.
 */
#include "mirror_get.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/net.h"
#include "base/text.h"
#include "config/config.h"
#include "easy.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_host.h"

enum { CONNECT_SECONDS_MAX = 15, REDIRECTS_MAX = 3 };

struct mirror_get {
	CURLM *multi;
	CURL *easy;
	const struct config *config;
	const char *url;
	char *made;
	int fd;
	struct sha256_ctx hash;
	uint64_t len;
	unsigned redirects;
	bool is_private;
	mirror_bytes *bytes;
	void *arg;
	struct diag why; /* what was wrong, where libcurl cannot know it */
	char words[CURL_ERROR_SIZE];
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct mirror_get *get = arg;
	struct net_address net;
	char text[NET_TEXT_MAX];

	(void)purpose;
	net_address_from(&address->addr, &net);
	if (!get->is_private && (net.len == 0 || firmware_host_is_inside(&net))) {
		net_address_text(&net, text);
		diag_set(&get->why, -E_MIRROR_HOST,
			 "%s is an address inside; write private: before the host in [firmware] "
			 "mirror_hosts if that is meant",
			 text);
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int write_all(struct mirror_get *get, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(get->fd, data, len);

		if (n < 0 && errno != EINTR)
			return diag_set(&get->why, errno == ENOSPC ? -E_DB_FULL : -E_FIRMWARE_FILE,
					"%s", strerror(errno));
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	struct mirror_get *get = arg;
	size_t len = size * count;
	curl_off_t total = 0;
	long status = 0;

	curl_easy_getinfo(get->easy, CURLINFO_RESPONSE_CODE, &status);
	/* The page that comes with an error or a redirect. */
	if (status != 200)
		return len;
	if (get->len + len > get->config->firmware.max_bytes) {
		diag_set(&get->why, -E_TOO_LARGE,
			 "it is larger than %u bytes ([firmware] max_bytes)",
			 get->config->firmware.max_bytes);
		return 0;
	}
	if (write_all(get, data, len) < 0)
		return 0;
	sha256_update(&get->hash, len, (const uint8_t *)data);
	get->len += len;
	curl_easy_getinfo(get->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
	get->bytes(get->arg, get->len, total > 0 ? total : 0);
	return len;
}

static void options_set(struct mirror_get *get)
{
	const struct config_firmware *section = &get->config->firmware;
	CURL *easy = get->easy;

	easy_setup(easy, get->url);
	easy_go_straight(easy);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, get);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS_MAX);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)section->stall_seconds);
	if (section->tls_ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, section->tls_ca);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, get);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, get->words);
}

/* From an empty file. */
static int start(struct mirror_get *get, struct diag *reterr)
{
	int r = firmware_host_check(get->config, get->url, &get->is_private, reterr);

	if (r < 0)
		return r;
	if (get->fd >= 0)
		close(get->fd);
	get->fd = -1;
	r = firmware_made_open(get->config, get->made, &get->fd, reterr);
	if (r < 0)
		return r;
	sha256_init(&get->hash);
	get->len = 0;
	options_set(get);
	curl_multi_add_handle(get->multi, get->easy);
	return 0;
}

int mirror_get_begin(void *mem, CURLM *multi, const struct config *config, const char *name,
		     const char *url, mirror_bytes *bytes, void *arg, struct mirror_get **ret,
		     struct diag *reterr)
{
	struct mirror_get *get = mem_new(mem, struct mirror_get);
	int r;

	get->multi = multi;
	get->easy = curl_easy_init();
	get->config = config;
	get->url = mem_strdup(get, url);
	get->made = firmware_made_name(get, name);
	get->fd = -1;
	get->bytes = bytes;
	get->arg = arg;
	r = start(get, reterr);
	if (r < 0) {
		mirror_get_free(get);
		return r;
	}
	*ret = get;
	return 0;
}

bool mirror_get_is(const struct mirror_get *get, const CURL *easy)
{
	return get->easy == easy;
}

static int redirect(struct mirror_get *get, struct diag *reterr)
{
	char *to = NULL;

	curl_easy_getinfo(get->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to || !firmware_host_same(get->url, to))
		return diag_set(reterr, -E_MIRROR_HOST,
				"the server sends to another place, which was not asked for: %s",
				to ? to : "nowhere");
	if (++get->redirects > REDIRECTS_MAX)
		return diag_set(reterr, -E_MIRROR_HOST, "the server sends from place to place");
	get->url = mem_strdup(get, to);
	return start(get, reterr);
}

int mirror_get_advance(struct mirror_get *get, CURLcode code, char sha256[65], struct diag *reterr)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	long status = 0;

	curl_multi_remove_handle(get->multi, get->easy);
	curl_easy_getinfo(get->easy, CURLINFO_RESPONSE_CODE, &status);
	if (*get->why.text)
		return diag_set(reterr, -E_UPSTREAM_UNREACHABLE, "%s", get->why.text);
	if (code != CURLE_OK)
		return diag_set(reterr, -E_UPSTREAM_UNREACHABLE, "%s",
				*get->words ? get->words : curl_easy_strerror(code));
	if (status >= 300 && status < 400)
		return redirect(get, reterr);
	if (status != 200)
		return diag_set(reterr, -E_UPSTREAM_UNREACHABLE,
				"the other server answers with HTTP status %ld", status);
	if (get->len == 0)
		return diag_set(reterr, -E_UPSTREAM_UNREACHABLE, "the file there is empty");
	sha256_digest(&get->hash, sizeof(digest), digest);
	hex_encode(sha256, digest, sizeof(digest));
	return 1;
}

void mirror_get_free(struct mirror_get *get)
{
	curl_multi_remove_handle(get->multi, get->easy);
	curl_easy_cleanup(get->easy);
	if (get->fd >= 0)
		close(get->fd);
	mem_free(get);
}
