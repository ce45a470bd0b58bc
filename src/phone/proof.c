/* SPDX-License-Identifier: MIT */
#include "phone/proof.h"

#include <pthread.h>
#include <string.h>

#include "base/counter.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "http/digest.h"
#include "http/reply.h"
#include "http/request.h"
#include "redirect/fill.h"
#include "store/device.h"

/* Stands in for the secret of a device that is not there, so that time does not tell. */
#define NOBODY "0123456789abcdef0123456789abcdef"

bool proof_is_open(const struct request *req)
{
	const struct config *config = request_config(req);

	return config->provisioning.auth == PHONE_AUTH_OPEN ||
	       net_prefix_contains(config->provisioning.open_networks.prefixes,
				   config->provisioning.open_networks.count, request_address(req));
}

/* What may prove it: more than one where a URL can be read in more than one way. */
struct passwords {
	const char *words[4];
	size_t count;
};

/* A user without a password would be proved by everybody. */
static void add(struct passwords *passwords, const char *word)
{
	if (!*word)
		return;
	for (size_t i = 0; i < passwords->count; i++)
		if (strcmp(passwords->words[i], word) == 0)
			return;
	passwords->words[passwords->count++] = word;
}

static char *decoded(void *mem, const char *s)
{
	char *out = mem_strdup(mem, s);
	char *end = out;

	for (; *s; s++) {
		int high = *s == '%' ? hex_digit(s[1]) : -1;
		int low = high >= 0 ? hex_digit(s[2]) : -1;

		*end++ = low < 0 ? *s : (char)(high << 4 | low);
		s += low < 0 ? 0 : 2;
	}
	*end = '\0';
	return out;
}

/* The password in http://user:password@host/ when the user is this one: as it stands, and decoded. */
static void add_from_url(struct request *req, struct passwords *passwords,
			 const struct device_fetch *fetch, const char *user)
{
	void *mem = request_mem(req);
	const char *start = fetch->url ? strstr(fetch->url, "://") : NULL;
	char mac[MAC_LEN + 1];
	char *url, *password, *at;

	if (!start || !memchr(start + 3, '@', strcspn(start + 3, "/?#")))
		return;
	mac_format(fetch->mac, mac);
	if (fill_url(mem, fetch->url, &request_config(req)->redirect.url_schemes,
		     &(struct fill){.mac = mac}, &url) < 0)
		return;
	url = strstr(url, "://") + 3;
	at = memrchr(url, '@', strcspn(url, "/?#"));
	if (!at)
		return;
	*at = '\0';
	password = strchr(url, ':');
	if (!password)
		return;
	*password++ = '\0';
	if (strcmp(url, user) == 0)
		add(passwords, password);
	if (strcmp(decoded(mem, url), user) == 0)
		add(passwords, decoded(mem, password));
}

static void find(struct request *req, const struct device_fetch *fetch, const char *user,
		 struct passwords *ret)
{
	int64_t mac;

	if (!fetch)
		return;
	if (fetch->secret && mac_parse(user, &mac) == 0 && mac == fetch->mac)
		add(ret, secret_reveal(fetch->secret));
	if (fetch->user_name && strcmp(fetch->user_name, user) == 0)
		add(ret, secret_reveal(fetch->user_password));
	add_from_url(req, ret, fetch, user);
}

int proof_read(struct request *req, struct digest **ret)
{
	const char *header = request_header(req, "Authorization");

	if (!header)
		return -E_SECRET_MISSING;
	return digest_parse(request_mem(req), header, ret);
}

int proof_password(struct request *req, const struct digest *digest, const char *password)
{
	const struct config *config = request_config(req);
	const char *realm = config->provisioning.realm;
	struct digest_ha1 ha1;
	int r;

	digest_ha1(digest->algorithm, digest->username, realm, password ? password : NOBODY, &ha1);
	r = digest_check(digest, &ha1, realm, request_method_name(req), request_path(req),
			 request_target(req), config->limits.nonce_seconds);
	return !password || r == -E_CREDENTIALS ? -E_SECRET_WRONG : r;
}

int proof_check(struct request *req, const struct device_fetch *fetch)
{
	struct passwords passwords = {.count = 0};
	struct digest *digest;
	int r;

	if (proof_is_open(req))
		return !fetch ? -E_MAC_UNKNOWN : fetch->locked_at ? -E_MAC_LOCKED : 0;
	r = proof_read(req, &digest);
	if (r < 0)
		return r;
	find(req, fetch, digest->username, &passwords);
	r = proof_password(req, digest, passwords.words[0]);
	for (size_t i = 1; i < passwords.count && r == -E_SECRET_WRONG; i++)
		r = proof_password(req, digest, passwords.words[i]);
	if (!fetch)
		return -E_MAC_UNKNOWN;
	return fetch->locked_at ? -E_MAC_LOCKED : r;
}

static uint8_t *nobody_sealed;
static size_t nobody_len;

static void nobody_seal(void)
{
	secret_seal(NULL, "proof.nobody", NOBODY, strlen(NOBODY), &nobody_sealed, &nobody_len);
}

void proof_pretend(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEANUP(mem_freep) void *scratch = mem_root("proof_pretend");
	char *text;
	size_t len;
	int r;

	pthread_once(&once, nobody_seal);
	r = secret_unseal(scratch, "proof.nobody", nobody_sealed, nobody_len, &text, &len);
	(void)r;
}

int proof_deny(struct request *req, int reason)
{
	counter_add(M_FETCH_DENIED, 1);
	request_set_reason(req, reason);
	if (proof_is_open(req))
		reply_error(req, -E_NO_ROUTE, NULL);
	else
		reply_challenge_device(req, reason == -E_NONCE_STALE);
	return 0;
}
