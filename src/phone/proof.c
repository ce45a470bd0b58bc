/* SPDX-License-Identifier: MIT */
#include "phone/proof.h"

#include <pthread.h>
#include <string.h>

#include "base/counter.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/secret.h"
#include "http/digest.h"
#include "http/reply.h"
#include "http/request.h"
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

/* The password in http://user:password@host/ when the user is this one; NULL otherwise. */
static const char *url_password(void *mem, const char *url, const char *user)
{
	const char *start = url ? strstr(url, "://") : NULL;
	size_t user_len = strlen(user);
	const char *at, *colon;

	if (!start)
		return NULL;
	start += 3;
	at = start + strcspn(start, "@/");
	if (*at != '@')
		return NULL;
	colon = memchr(start, ':', (size_t)(at - start));
	if (!colon || (size_t)(colon - start) != user_len || strncmp(start, user, user_len) != 0)
		return NULL;
	return mem_strndup(mem, colon + 1, (size_t)(at - colon - 1));
}

static const char *password_of(struct request *req, const struct device_fetch *fetch,
			       const char *user)
{
	const char *password;
	int64_t mac;

	if (!fetch)
		return NULL;
	if (fetch->secret && mac_parse(user, &mac) == 0 && mac == fetch->mac)
		return secret_reveal(fetch->secret);
	if (fetch->user_name && strcmp(fetch->user_name, user) == 0)
		return secret_reveal(fetch->user_password);
	password = url_password(request_mem(req), fetch->url, user);
	return password;
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
	struct digest *digest;
	int r;

	if (proof_is_open(req))
		return !fetch ? -E_MAC_UNKNOWN : fetch->locked_at ? -E_MAC_LOCKED : 0;
	r = proof_read(req, &digest);
	if (r < 0)
		return r;
	r = proof_password(req, digest, password_of(req, fetch, digest->username));
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
